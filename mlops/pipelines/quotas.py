"""How many schedules projects have, for their quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count

from mlops.pipelines.models import Schedule
from mlops.quotas import kinds


def register() -> None:
    kinds.register("schedules", schedules)


def schedules(projects: Collection[UUID]) -> Mapping[UUID, int]:
    found = Schedule.objects.filter(project__in=projects).order_by()
    return dict(found.values_list("project").annotate(count=Count("pk")))
