"""Reading components, and the library in which a project's drawings look them up."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.access.offered import offered_named
from mlops.blocks.library import Library
from mlops.components.models import Component, ComponentVersion
from mlops.components.sharing import NOUN
from mlops.formats.definition import Definition
from mlops.formats.refusal import Refusal, nearest


def visible_to(person: Any) -> QuerySet[Component]:
    return Component.objects.filter(project__in=visible_projects(person)).select_related("project", "created_by")


def component(person: Any, component_id: uuid.UUID) -> Component:
    """Raises Refusal `not_found`, also for one that the person may not see."""
    found = visible_to(person).filter(pk=component_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such component, or you may not see it."), status=404)
    return found


def versions_of(component: Component) -> QuerySet[ComponentVersion]:
    """The newest first."""
    return ComponentVersion.objects.filter(component=component).select_related("component__project", "created_by")


def version_of(component: Component, version: str = "") -> ComponentVersion:
    """Without a version (or `latest`) the newest. Raises Refusal `not_found` with the nearest."""
    found = versions_of(component)
    one = found.first() if version in ("", "latest") else found.filter(version=version).first()
    if one is not None:
        return one
    known = list(found.values_list("version", flat=True)[:20])
    hint = nearest(version, known) or _("It has: %(known)s.") % {"known": ", ".join(known)}
    raise Refusal(
        "not_found",
        _("“%(name)s” has no version “%(version)s”.") % {"name": component.name, "version": version},
        hint=hint,
        status=404,
    )


def newest(components: Iterable[Component]) -> dict[uuid.UUID, ComponentVersion]:
    """The newest version of each, by the component's id."""
    rows = ComponentVersion.objects.filter(component__in=list(components)).select_related("component", "created_by")
    return {row.component_id: row for row in rows.order_by("position")}


def definition_of(version: ComponentVersion) -> Definition:
    return msgspec.convert(version.definition, type=Definition)


class ProjectLibrary(Library):
    """The components of one project, read when they are asked for and remembered: make one for each request."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self._known: dict[tuple[str, str], Definition | None] = {}

    def find(self, name: str, version: str) -> Definition | None:
        if (name, version) not in self._known:
            rows = self._rows_named(name)
            row = rows.filter(version=version).first() if version else rows.order_by("-position").first()
            self._known[name, version] = None if row is None else _under(name, definition_of(row))
        return self._known[name, version]

    def names(self) -> Iterable[str]:
        return Component.objects.filter(project=self.project, archived_at=None).values_list("name", flat=True)

    def versions(self, name: str) -> list[str]:
        return list(self._rows_named(name).values_list("version", flat=True))

    def _rows_named(self, name: str) -> QuerySet[ComponentVersion]:
        """The project's own, or under `OWNER/NAME` what another project offers to it."""
        owner, slash, rest = name.partition("/")
        if not slash:
            return self._rows().filter(component__name=name)
        return ComponentVersion.objects.filter(component=offered_named(self.project, NOUN, owner, rest))

    def _rows(self) -> QuerySet[ComponentVersion]:
        return ComponentVersion.objects.filter(component__project=self.project)


def _under(name: str, definition: Definition) -> Definition:
    """Of another project it is known here by the name with its owner."""
    if name == definition.component.name or "/" not in name:
        return definition
    return msgspec.structs.replace(definition, component=msgspec.structs.replace(definition.component, name=name))


class WithUnsaved(ProjectLibrary):
    """The project's components, and one that is being drawn and has not been saved."""

    def __init__(self, project: Project, unsaved: Definition) -> None:
        super().__init__(project)
        self._unsaved = unsaved

    def find(self, name: str, version: str) -> Definition | None:
        return self._unsaved if name == self._unsaved.component.name else super().find(name, version)
