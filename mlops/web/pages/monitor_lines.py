"""Monitors at a glance: each with its state, its leading signal as a short line, its traffic and its looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.deployments import queries as endpoints
from mlops.deployments.models import Endpoint
from mlops.formats.monitor import SignalFound
from mlops.monitoring.found import LookSummary, SignalSummary
from mlops.monitoring.models import Look, LookState, Monitor, MonitorState
from mlops.monitoring.queries import looks_with_values
from mlops.web.sparklines import Sparkline, sparkline

MOST_LOOKS = 30
Signal = TypeVar("Signal", SignalSummary, SignalFound)
WORST_FIRST = (
    MonitorState.ALARM, MonitorState.TROUBLE, MonitorState.WAITING, MonitorState.FINE, MonitorState.DISABLED
)  # fmt: skip


class Line(msgspec.Struct, frozen=True, kw_only=True):
    monitor: Monitor
    signal: str
    """The one that is farthest beyond its limit in the last look that could tell."""
    magnitude: float | None
    threshold: float | None
    spark: Sparkline | None
    alarms: int
    """Signals with an alarm in the last look."""
    last: Look | None
    traffic: endpoints.Summary | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The filters: part of a name, a state, and what is watched."""

    q: str = ""
    state: str = ""
    watches: str = ""

    @staticmethod
    def of(query: QueryDict) -> Asked:
        return Asked(q=query.get("q", "").strip(), state=query.get("state", ""), watches=query.get("watches", ""))

    @property
    def is_any(self) -> bool:
        return bool(self.q or self.state or self.watches)


def lines_of(project: Project, asked: Asked) -> list[Line]:
    """The worst first."""
    rows = chosen(project, asked).select_related("endpoint", "dataset", "project")
    order = [str(state) for state in WORST_FIRST]
    return [_line(row) for row in sorted(rows, key=lambda one: (order.index(one.state), one.name))]


def chosen(project: Project, asked: Asked) -> QuerySet[Monitor]:
    rows = Monitor.objects.filter(project=project)
    if asked.q:
        rows = rows.filter(name__icontains=asked.q)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.watches in ("endpoint", "dataset"):
        rows = rows.filter(**{f"{asked.watches}__isnull": False})
    return rows


def unwatched(project: Project) -> list[Endpoint]:
    """Endpoints that no monitor watches."""
    watched = Monitor.objects.filter(project=project, endpoint__isnull=False).values("endpoint")
    return list(Endpoint.objects.filter(project=project).exclude(pk__in=watched).order_by("name"))


def state_counts(project: Project) -> list[tuple[str, str, int]]:
    """State, its word and how many monitors are in it; those that nobody is in are left out."""
    found = list(Monitor.objects.filter(project=project).values_list("state", flat=True))
    return [(str(one), str(one.label), found.count(one)) for one in WORST_FIRST if one in found]


def _line(monitor: Monitor) -> Line:
    looks = looks_with_values(monitor, most=MOST_LOOKS)
    summaries = [msgspec.convert(look.summary, LookSummary) for look in looks if look.summary]
    last = Look.objects.filter(monitor=monitor).exclude(state=LookState.CANCELLED).order_by("-end", "-number").first()
    lead = next((found for one in reversed(summaries) if (found := leading(one.signals)) is not None), None)
    name = (lead.name, lead.segment) if lead else ("", "")
    over = [_signal(one.signals, name) for one in summaries]
    return Line(
        monitor=monitor,
        signal=_title(lead) if lead else "",
        magnitude=lead.magnitude if lead else None,
        threshold=lead.threshold if lead else None,
        spark=sparkline(
            [one.magnitude if one else None for one in over],
            limit=lead.threshold if lead else None,
            beyond=[bool(one and one.state == "alarm") for one in over],
        ),
        alarms=sum(one.state == "alarm" and not one.segment for one in summaries[-1].signals) if summaries else 0,
        last=last,
        traffic=endpoints.traffic_summary(monitor.endpoint) if monitor.endpoint else None,
    )


def leading(signals: Sequence[Signal]) -> Signal | None:
    """An alarm before none, of these the one whose magnitude is the largest part of its limit."""
    told = [one for one in signals if one.magnitude is not None]
    return max(told, key=lambda one: (one.state == "alarm", _part(one)), default=None)


def _part(one: SignalSummary | SignalFound) -> float:
    if one.magnitude is None or not one.threshold or one.kind in ("model_performance", "estimated_performance"):
        return 0.0
    return one.magnitude / one.threshold


def _signal(signals: Sequence[SignalSummary], name: tuple[str, str]) -> SignalSummary | None:
    return next((one for one in signals if (one.name, one.segment) == name), None)


def _title(one: SignalSummary) -> str:
    return _("%(signal)s, %(segment)s") % {"signal": one.name, "segment": one.segment} if one.segment else one.name


def context_of(project: Project, asked: Asked) -> dict[str, Any]:
    return {
        "project": project,
        "lines": lines_of(project, asked),
        "asked": asked,
        "states": state_counts(project),
        "unwatched": unwatched(project),
    }
