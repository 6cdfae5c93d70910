"""How many schedules projects have and people made, for quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from mlops.pipelines.models import Schedule
from mlops.quotas import kinds


def register() -> None:
    kinds.register("schedules", schedules, of_people=schedules_of_people)


def schedules(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(Schedule.objects.all(), projects)


def schedules_of_people(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(Schedule.objects.all(), people)
