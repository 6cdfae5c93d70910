"""What alerts may know of runs: whose a run is, and how runs and steps go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts import metrics, subjects
from mlops.alerts.metrics import Point, Series
from mlops.runs.models import FINAL_RUN_STATES, Run, RunState, Step, StepState

EXPERIMENT = _("an experiment")


def register() -> None:
    subjects.register("runs", _about)
    subjects.register("experiments", lambda project, name: subjects.About(title=name))
    metrics.register(
        "failed_runs", title=_("number of failed runs"), of=EXPERIMENT, unit="count", measure=_failed,
        aggregation="sum", example=1, help=_("Runs that ended as failed within the time looked at."),
    )  # fmt: skip
    metrics.register(
        "run_seconds", title=_("duration of a run"), of=EXPERIMENT, unit="seconds", measure=_seconds,
        aggregation="max", example=3600, help=_("From a run's beginning to its end."),
    )  # fmt: skip
    metrics.register(
        "steps_waiting", title=_("number of steps that wait for a place"), of=_("the project"), unit="count",
        measure=_waiting, keeps_history=False, aggregation="last", example=20,
        help=_("Steps that are ready to run while all places are taken."),
    )  # fmt: skip
    metrics.register(
        "longest_wait", title=_("longest wait of a step"), of=_("the project"), unit="seconds", measure=_longest,
        keeps_history=False, aggregation="last", example=600, help=_("Of the step that has waited longest."),
    )  # fmt: skip


def _about(project: Project | None, key: str) -> subjects.About | None:
    try:
        run_id = UUID(key.partition("/")[0])
    except ValueError:
        return None
    run = Run.objects.filter(pk=run_id).select_related("created_by").first()
    return subjects.About(title=f"{run.display_name} ({run.number})", author=run.created_by) if run else None


def _failed(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    """Each ended run is a point: 1 where it failed, else 0."""
    return _by_experiment(project, start, end, lambda run: float(run.state == RunState.FAILED))


def _seconds(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    return _by_experiment(project, start, end, _duration)


def _duration(run: Run) -> float:
    return (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0.0


def _by_experiment(project: Project, start: datetime, end: datetime, value: Callable[[Run], float]) -> Iterable[Series]:
    """Without trials: a sweep is one run, whatever becomes of each of them."""
    ended = Run.kept.filter(
        project=project, parent=None, state__in=FINAL_RUN_STATES, ended_at__gte=start, ended_at__lte=end
    )
    points: dict[str, list[Point]] = defaultdict(list)
    for run in ended.select_related("experiment").order_by("ended_at"):
        points[run.experiment.name].append(Point(run.ended_at or end, value(run)))
    return [Series(f"experiments/{name}", tuple(each), title=name) for name, each in points.items()]


def _waiting(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    count = _queued(project).aggregate(count=Count("pk"))["count"]
    return [_of_project(project, float(count))]


def _longest(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    since = _queued(project).aggregate(since=Min("state_since"))["since"]
    return [_of_project(project, (timezone.now() - since).total_seconds() if since else 0.0)]


def _queued(project: Project) -> QuerySet[Step]:
    return Step.objects.filter(run__project=project, state=StepState.QUEUED, run__state=RunState.RUNNING)


def _of_project(project: Project, value: float) -> Series:
    return Series(f"projects/{project.slug}", (Point(timezone.now(), value),), title=project.name)
