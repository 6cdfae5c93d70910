"""What rules of alerts may watch of monitors: how far drift is, in multiples of its limit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts import metrics
from mlops.alerts.metrics import Point, Series
from mlops.monitoring.alarms import is_drift
from mlops.monitoring.models import Look, LookState

HOLDS = timedelta(days=60)
"""A magnitude is known until the next look; one that is older says nothing any more."""


def register() -> None:
    metrics.register(
        "drift_magnitude",
        title=_("drift magnitude, in multiples of its limit"),
        of=_("a monitor"),
        unit="number",
        measure=_drift,
        aggregation="last",
        holds=True,
        example=1.0,
        help=_("The largest of a look's drift signals. It holds until the next look."),
    )


def _drift(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    looks = Look.objects.filter(
        monitor__project=project, state=LookState.COMPLETED, state_since__gt=start - HOLDS, state_since__lte=end
    ).select_related("monitor")
    points: dict[str, list[Point]] = {}
    for look in looks.order_by("state_since"):
        told = [
            one["magnitude"] / one["threshold"]
            for one in (look.summary or {}).get("signals", ())
            if is_drift(one["kind"]) and one.get("magnitude") is not None and one.get("threshold")
        ]
        if told:
            points.setdefault(look.monitor.name, []).append(Point(at=look.state_since, value=max(told)))
    for name, found in points.items():
        yield Series(subject=f"monitors/{name}", points=tuple(found), title=name)
