"""What is limited. Packages above this one say how much of it projects have; nothing is counted twice or kept, so the
numbers are right after every crash."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count as RowCount
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mlops.quotas import sizes

Count = Callable[[Collection[UUID]], Mapping[UUID, int]]
"""Of projects, how many each has; one that has none may be left out. Cheap: it is asked before each that is added."""
CountOfPeople = Callable[[Collection[int]], Mapping[int, int]]
"""Of people, how many each made, in all projects together."""


def per_project(rows: QuerySet[Any], projects: Collection[UUID], *, column: str = "project") -> dict[UUID, int]:
    """How many of the rows each project has; `column` leads to it."""
    found = rows.filter(**{f"{column}__in": projects}).order_by()
    return dict(found.values_list(column).annotate(count=RowCount("pk")))


def per_person(rows: QuerySet[Any], people: Collection[int]) -> dict[int, int]:
    """How many of the rows each person made."""
    found = rows.filter(created_by__in=people).order_by()
    return dict(found.values_list("created_by").annotate(count=RowCount("pk")))


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    title: Any
    help: Any
    remedy: Any = ""
    """What makes room, where it is not the deletion of one."""
    is_of_bytes: bool = False
    """Told and read with units, as in `50 GB`."""
    sources: list[Count] = field(default_factory=list)
    of_people: list[CountOfPeople] = field(default_factory=list)
    """None: it has no quota per person."""

    def told(self, value: int) -> str:
        return sizes.written(value) if self.is_of_bytes else str(value)

    def exact(self, value: int) -> str:
        """As it may be given."""
        return sizes.exact(value) if self.is_of_bytes else str(value)

    def used(self, projects: Collection[UUID]) -> dict[UUID, int]:
        found = dict.fromkeys(projects, 0)
        for source in self.sources:
            for project, count in source(projects).items():
                found[project] += count
        return found

    def used_by(self, people: Collection[int]) -> dict[int, int]:
        found = dict.fromkeys(people, 0)
        for source in self.of_people:
            for person, count in source(people).items():
                found[person] += count
        return found


KINDS = {
    one.name: one
    for one in (
        Kind(
            name="runs_at_once",
            title=_("Runs at once"),
            help=_(
                "Pipelines and jobs that are going; a sweep with its trials is one. Others wait in their order. Jobs "
                "of batch endpoints and runs that are tracked from outside are not counted."
            ),
        ),
        Kind(
            name="steps_at_once",
            title=_("Steps at once"),
            help=_("Steps that run on workers now, of all runs of the project together. Others wait for their turn."),
        ),
        Kind(
            name="runs_a_day",
            title=_("Runs in 24 hours"),
            help=_("Pipelines and jobs of the last 24 hours, counted like those at once. One more is refused."),
            remedy=_("Wait until the oldest is a day old"),
        ),
        Kind(
            name="endpoints",
            title=_("Endpoints"),
            help=_("Real-time and batch endpoints together. One more is refused."),
        ),
        Kind(
            name="deployments",
            title=_("Deployments"),
            help=_("Of real-time and batch endpoints together. One more is refused."),
        ),
        Kind(
            name="schedules",
            title=_("Schedules"),
            help=_("Of pipelines, also those that are paused. One more is refused."),
        ),
        Kind(
            name="storage",
            title=_("Storage"),
            help=_(
                "What datasets, models, runs and uploads keep, also those in the recycle bin; what several of them "
                "keep counts once. More is refused. Such as: 50 GB."
            ),
            remedy=_("Delete what nobody needs, and empty the recycle bin"),
            is_of_bytes=True,
        ),
    )
}


def register(kind: str, source: Count, *, of_people: CountOfPeople | None = None) -> None:
    if source not in KINDS[kind].sources:
        KINDS[kind].sources.append(source)
    if of_people is not None and of_people not in KINDS[kind].of_people:
        KINDS[kind].of_people.append(of_people)


def kinds_of_people() -> dict[str, Kind]:
    return {name: kind for name, kind in KINDS.items() if kind.of_people}
