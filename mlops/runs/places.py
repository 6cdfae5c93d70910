"""Which runs count for the quotas of a project and of a person, and which of those that wait is next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from mlops.quotas import kinds
from mlops.quotas.own import full_people
from mlops.runs.models import Run, RunKind, RunState, Step

KIND, A_DAY, STEPS = "runs_at_once", "runs_a_day", "steps_at_once"
OF_BATCH = "batch-endpoints/"
"""How the origin of those begins that batch endpoints have made."""
GOING = (RunState.RUNNING, RunState.CANCELLING)


def register() -> None:
    kinds.register(KIND, used, of_people=used_by)
    kinds.register(A_DAY, begun_today, of_people=begun_today_by)
    kinds.register(STEPS, steps_running)


def used(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(counted().filter(state__in=GOING), projects)


def begun_today(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(counted().filter(created_at__gt=timezone.now() - timedelta(days=1)), projects)


def used_by(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(counted().filter(state__in=GOING), people)


def begun_today_by(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(counted().filter(created_at__gt=timezone.now() - timedelta(days=1)), people)


def steps_running(projects: Collection[UUID]) -> Mapping[UUID, int]:
    """A step without a lease, such as a sweep, is on no worker."""
    running = Step.objects.filter(state="running", lease_until__isnull=False)
    return dict.fromkeys(projects, 0) | kinds.per_project(running, projects, column="run__project")


def full_projects(limits: Mapping[Any, int | None], running: Mapping[Any, int]) -> list[Any]:
    """Those that run as many steps as they may. `limits`: of projects, and under None of all others. Two workers that
    look at the same moment may pass it by one."""
    usual = limits.get(None)
    most = {project: limits.get(project, usual) for project in {*limits, *running} - {None}}
    return [project for project, one in most.items() if one is not None and running.get(project, 0) >= one]


def counted() -> QuerySet[Run]:
    return Run.objects.filter(parent=None).exclude(kind=RunKind.TRACKED).exclude(origin__startswith=OF_BATCH)


def counts(run: Run) -> bool:
    return run.parent_id is None and run.kind != RunKind.TRACKED and not run.origin.startswith(OF_BATCH)


def ahead_of(run: Run) -> int:
    """Those that are going, and those that wait since earlier, but for those that wait for their person's quota: they
    keep nobody else back."""
    waiting = Q(state=RunState.QUEUED, number__lt=run.number) & ~Q(created_by__in=full_people(KIND))
    before = Q(state__in=GOING) | waiting
    return counted().filter(before, project=run.project_id).count()


def next_of(project_id: UUID) -> UUID | None:
    """The one that waits longest."""
    waiting = counted().filter(project=project_id, state=RunState.QUEUED)
    return waiting.order_by("number").values_list("pk", flat=True).first()
