"""How many schedules projects have, for their quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from mlops.pipelines.models import Schedule
from mlops.quotas import kinds


def register() -> None:
    kinds.register("schedules", schedules)


def schedules(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(Schedule.objects.all(), projects)
