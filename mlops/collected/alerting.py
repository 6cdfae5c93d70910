"""How taking in goes, as numbers that rules may watch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts import metrics
from mlops.alerts.metrics import Point, Series
from mlops.collected.models import Intake, IntakeState


def register() -> None:
    metrics.register(
        "collection_lag", title=_("lag of collected data"), of=_("a deployment"), unit="seconds", measure=_lag,
        keeps_history=False, aggregation="last", example=300,
        help=_("From a request to its being kept here; while its source cannot be asked, since when that is so."),
    )  # fmt: skip
    metrics.register(
        "collection_dropped", title=_("number of requests that could not be collected"), of=_("a deployment"),
        unit="count", measure=_dropped, keeps_history=False, aggregation="last", example=0,
        help=_("Since the deployment began to collect, as its servers told."),
    )  # fmt: skip


def _lag(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    now = timezone.now()
    for intake in _collecting(project):
        silent = (now - intake.silent_since).total_seconds() if intake.silent_since else 0.0
        yield _series(intake, max(intake.lag_seconds or 0.0, silent), now)


def _dropped(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    now = timezone.now()
    return [_series(intake, float(intake.dropped), now) for intake in _collecting(project)]


def _collecting(project: Project) -> Iterable[Intake]:
    found = Intake.objects.filter(endpoint__project=project).exclude(state=IntakeState.OFF)
    return found.select_related("endpoint")


def _series(intake: Intake, value: float, now: datetime) -> Series:
    return Series(f"endpoints/{intake}", (Point(now, value),), title=str(intake))
