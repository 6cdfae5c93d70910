"""Every change of components: a new version, archiving, and the word that one should not be used any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.given import versions_gone
from mlops.components.models import Component, ComponentVersion, Kind
from mlops.components.names import checked_name, checked_version
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.definition import Definition, Graph, code_of
from mlops.formats.refusal import Refusal
from mlops.tags.actions import change_tags


def create_version(
    actor: Any,
    project: Project,
    definition: Definition,
    *,
    kind: str,
    tags: dict[str, str] | None = None,
    warnings: tuple[str, ...] = (),
) -> ComponentVersion:
    """The next version of the component that the definition names, under its version or else the next number.

    The same again gives the version that is there already. Raises Refusal `version_taken` where another definition
    has that version, and those of mlops.components.names."""
    require(actor, "components.change", project)
    name, version = checked_name(definition.component.name), checked_version(definition.component.version)
    digest, code = definition.digest(), code_of(definition)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        known = Component.objects.filter(project=project, name=name).first()
        before = ComponentVersion.objects.filter(component=known).order_by("-position") if known else None
        ever = ComponentVersion.with_deleted.filter(component=known).order_by("-position") if known else None
        if known is not None and version:
            _require_new(known, version)
        last = before.first() if before is not None else None
        same = before.filter(version=version).first() if before is not None and version else last
        if same is not None and same.digest == digest:
            return same
        if same is not None and version:
            raise _taken(same, last)
        component = known or Component.objects.create(project=project, name=name, created_by=actor)
        if component.archived_at is not None:
            Component.objects.filter(pk=component.pk).update(archived_at=None)
        newest = ever.first() if ever is not None else None
        position = newest.position + 1 if newest else 1
        version = version or _next(component, position)
        named = msgspec.structs.replace(definition.component, name=name, version=version)
        row = ComponentVersion.objects.create(
            component=component,
            version=version,
            position=position,
            kind=Kind.GRAPH if isinstance(definition.how, Graph) else Kind(kind),
            title=named.title[:200],
            description=named.help,
            definition=msgspec.to_builtins(msgspec.structs.replace(definition, component=named)),
            digest=digest,
            tree_id=code or None,
            tags=tags or {},
            warnings=list(warnings),
            created_by=actor,
        )
        record(
            actor,
            "mlops.component.created",
            subject=f"components/{row}",
            project=project,
            data={"kind": row.kind, "digest": digest, "code": code},
            notice=("component", str(component.pk)),
        )
    return row


def archive(actor: Any, component: Component, *, restore: bool = False) -> Component:
    """Takes the component out of the palette, or back into it; drawings and runs that use it go on as before."""
    require(actor, "components.change", component.project)
    with transaction.atomic():
        was = stored(component)
        component.archived_at = None if restore else timezone.now()
        component.save(update_fields=["archived_at"])
        record(
            actor,
            "mlops.component.restored" if restore else "mlops.component.archived",
            subject=f"components/{component.name}",
            project=component.project,
            notice=("component", str(component.pk)),
            before=was,
            after=stored(component),
        )
    return component


def deprecate(actor: Any, version: ComponentVersion, *, message: str) -> ComponentVersion:
    """Says at every card that uses it why it should not be used any more; an empty message takes that back."""
    require(actor, "components.change", version.component.project)
    with transaction.atomic():
        was = stored(version)
        version.deprecated = message.strip()
        version.save(update_fields=["deprecated"])
        record(
            actor,
            "mlops.component.deprecated",
            subject=f"components/{version}",
            project=version.component.project,
            reason=version.deprecated,
            notice=("component", str(version.component_id)),
            before=was,
            after=stored(version),
        )
    return version


def _next(component: Component, position: int) -> str:
    taken = set(ComponentVersion.with_deleted.filter(component=component).values_list("version", flat=True))
    taken |= versions_gone(component)
    while str(position) in taken:
        position += 1
    return str(position)


def _require_new(component: Component, version: str) -> None:
    in_bin = ComponentVersion.with_deleted.filter(component=component, version=version, deleted_at__isnull=False)
    if not in_bin.exists() and version not in versions_gone(component):
        return
    raise Refusal(
        "version_taken",
        _("“%(name)s” had a version %(version)s, which was deleted.") % {"name": component.name, "version": version},
        hint=_("Restore it from the recycle bin, or give another version: one is not given again."),
        status=409,
    )


def _taken(same: ComponentVersion, last: ComponentVersion | None) -> Refusal:
    newest = last.version if last else same.version
    return Refusal(
        "version_taken",
        _("“%(name)s” has a version %(version)s already, and it is different.")
        % {"name": same.component.name, "version": same.version},
        hint=_("Give another version (the newest is %(newest)s), or leave the version out.") % {"newest": newest},
        status=409,
    )


def tag_component(actor: Any, component: Component, *, tags: Mapping[str, str | None]) -> dict[str, str]:
    """None takes a tag off. Raises Refusal `tag_invalid`, `tags_too_many`."""
    return change_tags(
        actor,
        component,
        tags,
        project=component.project,
        type="mlops.component.tagged",
        subject=f"components/{component.name}",
        notice=("component", str(component.pk)),
    )
