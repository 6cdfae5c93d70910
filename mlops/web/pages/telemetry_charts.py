"""The charts of an endpoint's telemetry: each deployment a line, or the parts of one deployment stacked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.telemetry.ranges import Span
from mlops.telemetry.series import Point
from mlops.web.charts import Chart, Series
from mlops.web.charts.chart import Unit

Points = Mapping[str, Sequence[Point]]
"""By deployment."""


def charts_of(found: Points, span: Span) -> list[Chart]:
    return [
        _rate(found, span),
        _latency(found, span),
        _errors(found, span),
        _statuses(found, span),
        _in_hand(found, span),
        _queue(found, span),
        _over(found, span, "processor", _("Processor"), "cpu_share", _("Share of what is given"), "share"),
        _over(found, span, "memory", _("Memory"), "memory_share", _("Share of what is given"), "share"),
    ]


def _rate(found: Points, span: Span) -> Chart:
    title, y_title = _("Requests per second"), _("Requests per second")
    if len(found) != 1:
        return _over(found, span, "rate", title, "per_second", y_title, "number")
    (points,) = found.values()
    at = tuple(point.at for point in points)
    parts: list[tuple[str, Any, tuple[float, ...]]] = [
        (_("Answered"), "good", tuple(_rate_of(one, one.requests - one.errors - one.refused) for one in points)),
        (_("Refused (4xx)"), "warn", tuple(_rate_of(one, one.refused) for one in points)),
        (_("Errors (5xx)"), "bad", tuple(_rate_of(one, one.errors) for one in points)),
    ]
    stacked = tuple(Series(name=name, x=at, y=y, shape="bar", tone=tone) for name, tone, y in parts)
    return Chart(key="rate", title=title, series=stacked, y_title=y_title, kind="stacked", span=(span.start, span.end))


def _rate_of(point: Point, count: int) -> float:
    return round(point.per_second * count / point.requests, 6) if point.requests else 0.0


def _latency(found: Points, span: Span) -> Chart:
    shares = ("p50", "p95", "p99") if len(found) == 1 else ("p50", "p95")
    series = [
        Series(
            name=f"{name} {share}" if len(found) > 1 else share,
            x=tuple(point.at for point in points),
            y=tuple(getattr(point, share) for point in points),
            is_dashed=share != "p50",
        )
        for name, points in found.items()
        for share in shares
    ]
    help = _("As seen by the router: p50 is the middle, 95 of 100 requests are faster than p95.")
    return _chart(span, "latency", _("Time to answer"), series, _("Seconds"), "seconds", help)


def _errors(found: Points, span: Span) -> Chart:
    series = []
    for name, points in found.items():
        at = tuple(point.at for point in points)
        said = f"{name}: " if len(found) > 1 else ""
        series += [
            Series(name=f"{said}{_('errors')}", x=at, y=tuple(one.error_share for one in points)),
            Series(name=f"{said}{_('refused')}", x=at, y=tuple(one.refused_share for one in points), is_dashed=True),
        ]
    help = _("Errors are answers of 500 and above and requests that no server took; refused are those of 400 to 499.")
    return _chart(span, "errors", _("Share of errors"), series, _("Share of requests"), "share", help)


def _statuses(found: Points, span: Span) -> Chart:
    statuses = sorted({status for points in found.values() for one in points for status in one.statuses})
    tones: dict[str, Any] = {"4": "warn", "5": "bad"}
    series = [
        Series(
            name=f"{name} {status}" if len(found) > 1 else status,
            x=tuple(point.at for point in points),
            y=tuple(float(point.statuses.get(status, 0)) for point in points),
            shape="bar",
            tone=tones.get(status[:1], "") if len(found) == 1 else "",
        )
        for name, points in found.items()
        for status in statuses
        if any(status in point.statuses for point in points)
    ]
    chart = _chart(span, "statuses", _("Answers by status"), series, _("Answers"), "count", "")
    return msgspec.structs.replace(chart, kind="stacked")


def _in_hand(found: Points, span: Span) -> Chart:
    series = []
    for name, points in found.items():
        at = tuple(point.at for point in points)
        said = f"{name}: " if len(found) > 1 else ""
        series += [
            Series(name=f"{said}{_('in hand')}", x=at, y=tuple(round(one.busy, 4) for one in points)),
            Series(name=f"{said}{_('possible')}", x=at, y=tuple(one.possible for one in points), is_dashed=True),
        ]
    help = _("Requests at once on average, and how many all ready servers could have in hand together.")
    return _chart(span, "saturation", _("Saturation"), series, _("Requests at once"), "number", help)


def _queue(found: Points, span: Span) -> Chart:
    help = _("How long a request waited at its server before it was scored. It grows first when servers are too few.")
    return _over(found, span, "queue", _("Wait for a turn"), "queue_wait", _("Seconds, mean"), "seconds", help)


def _over(
    found: Points, span: Span, key: str, title: str, field: str, y_title: str, unit: Unit, help: str = ""
) -> Chart:
    series = [
        Series(name=name, x=tuple(one.at for one in points), y=tuple(getattr(one, field) for one in points))
        for name, points in found.items()
    ]
    return _chart(span, key, title, series, y_title, unit, help)


def _chart(span: Span, key: str, title: str, series: list[Series], y_title: str, unit: Unit, help: str) -> Chart:
    return Chart(
        key=key,
        title=title,
        series=tuple(series),
        y_title=y_title,
        unit=unit,
        help=help,
        span=(span.start, span.end),
    )
