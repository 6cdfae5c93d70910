"""Things that a project offers to others, by reference: `OWNER/NAME:VERSION`, where OWNER is the project's slug, or
`azureml://registries/OWNER/models/NAME/versions/VERSION`.

Who may work in the project that a thing is offered to may use it there, and need see nothing else of its owner."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from mlops.access.granted import grants_of
from mlops.access.models import Offer, Project
from mlops.access.shareable import kind_named, kind_of

REGISTRY = re.compile(
    r"azureml://registries/(?P<owner>[^/]+)/(?P<noun>models|data|components|environments)/(?P<name>[^/]+)"
    r"(?:/(?:versions|labels)/(?P<version>[^/]+))?/?"
)
SHORT = re.compile(r"(?:azureml:(?!//))?(?P<owner>[a-z0-9_-]+)/(?P<name>[^:@/]+)(?:[:@](?P<version>[^:@/]+))?")


class Abroad(NamedTuple):
    """A reference into another project; `version` may be empty or `latest`."""

    owner: str
    name: str
    version: str


def abroad(text: str) -> Abroad | None:
    """None where the text names no other project."""
    found = REGISTRY.fullmatch(text.strip()) or SHORT.fullmatch(text.strip())
    return None if found is None else Abroad(found["owner"], found["name"], found["version"] or "")


def offers_to(project: Project) -> QuerySet[Offer]:
    return offers_to_any([project]).exclude(project=project)


def offers_to_any(projects: Collection[Any]) -> QuerySet[Offer]:
    """With those that one of the projects makes to another."""
    found = Offer.objects.filter(Q(to=None) | Q(to__in=projects))
    return found.select_related("project", "to", "created_by")


def offered_named(project: Project, noun: str, owner: str, name: str) -> Any | None:
    """The thing of that name that the owner offers to the project; None, also for one that is not offered."""
    kind, ids = kind_named(noun), ids_offered(project, noun, owner)
    return kind.model._default_manager.filter(pk__in=ids, name=name).select_related("project").first()


def ids_offered(project: Project, noun: str, owner: str) -> QuerySet[Offer, Any]:
    """Of the things that the owner offers to the project, as a subquery."""
    return offers_to(project).filter(noun=noun, project__slug=owner).values("thing_id")


def offered_at(project: Project, noun: str, text: str) -> tuple[Any, str] | None:
    """The thing and the version that a reference into another project names; None where it is none, or not offered."""
    found = abroad(text)
    thing = offered_named(project, noun, found.owner, found.name) if found else None
    return None if found is None or thing is None else (thing, found.version)


def is_usable(thing: Any, project: Project) -> bool:
    """Whether the project owns the thing, or it is offered to it."""
    if thing.project_id == project.pk:
        return True
    return offers_to(project).filter(noun=kind_of(thing).noun, thing_id=thing.pk).exists()


def shown_beside(person: Any, projects: Collection[Any]) -> set[Any]:
    """Ids of things of other projects that lineage may show: offered to one of these projects, or granted to the
    person. Two queries."""
    offers = offers_to_any(projects).exclude(project__in=projects)
    granted = grants_of(person).values_list("thing_id", flat=True)
    return set(offers.values_list("thing_id", flat=True)) | set(granted)


def names_offered(project: Project, noun: str) -> list[str]:
    """As `OWNER/NAME`, for hints and forms."""
    offers = {one.thing_id: one.project.slug for one in offers_to(project).filter(noun=noun)}
    if not offers:
        return []
    rows = kind_named(noun).model._default_manager.filter(pk__in=offers).values_list("pk", "name")
    return sorted(f"{offers[pk]}/{name}" for pk, name in rows)
