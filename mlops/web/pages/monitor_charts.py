"""The charts of a monitor's page: what changed over the looks, and what one look found of a signal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.monitor import Distribution, FeatureFound, SignalFound
from mlops.monitoring.found import LookSummary, SignalSummary, Value
from mlops.web.charts import Chart, Limit, Series
from mlops.web.pages.monitor_words import is_rate, magnitude_words, metric_words

MOST_RANKED = 20
MOST_VALUES = 30


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One completed look, as the charts over time need it."""

    number: int
    at: datetime | str
    """The window's start, or the name of a window that is no time."""
    summary: LookSummary

    def signal(self, key: tuple[str, str]) -> SignalSummary | None:
        return next((one for one in self.summary.signals if (one.name, one.segment) == key), None)


Link = Callable[[int], str]
"""From a look's number to the address that shows it."""


def magnitude(seen: Sequence[Seen], signal: SignalFound, link: Link, *, shown: int | None = None) -> Chart:
    """With its limit; looks with an alarm are marked, and each point leads to its look. `shown`: the look that the page
    is about."""
    told = [(one, one.signal((signal.name, signal.segment))) for one in seen]
    points = [(one, found) for one, found in told if found is not None]
    chart = _over_time(
        "magnitude",
        _("Magnitude of %s over time") % _title(signal),
        _("Magnitude"),
        [(one, found.magnitude, found.state == "alarm") for one, found in points],
        threshold=signal.threshold,
        link=link,
        y_title=magnitude_words(signal.kind),
        help=_("Each point is a look: choose one to see what it found."),
        is_wide=True,
    )
    ring = [(one, found.magnitude) for one, found in points if one.number == shown and found.magnitude is not None]
    marked = msgspec.structs.replace(_line(_("this look"), ring, link=link), shape="points", is_ring=True, tone="muted")
    return msgspec.structs.replace(chart, series=(*chart.series, marked)) if ring else chart


def trend(seen: Sequence[Seen], signal: SignalFound, feature: FeatureFound | None, metric: str, link: Link) -> Chart:
    """One metric of one feature, or of the signal as a whole."""
    name = feature.feature if feature else ""
    key = (signal.name, signal.segment)
    points = [(one, value) for one in seen if (value := _value(one.signal(key), name, metric)) is not None]
    measured = next((one for one in (feature or signal).measured if one.metric == metric), None)
    title = f"{name}: {metric_words(metric)}" if name else metric_words(metric)
    return _over_time(
        "trend",
        _("%s over time") % title,
        metric_words(metric),
        [(one, value.value, value.is_alarm) for one, value in points],
        threshold=measured.threshold if measured else None,
        link=link,
        unit="share" if is_rate(metric) else "number",
        intervals=[(value.low, value.high) for _one, value in points],
    )


def performance(seen: Sequence[Seen], found: Sequence[SignalFound], metric: str, segment: str, link: Link) -> Chart:
    """With labels and without in one chart, each with its interval."""
    kinds = {"model_performance": _("With labels"), "estimated_performance": _("Estimated without labels")}
    series: list[Series] = []
    limits: dict[float, None] = {}
    for signal in found:
        if signal.kind not in kinds or signal.segment != segment:
            continue
        told = [(one, _value(one.signal((signal.name, segment)), "", metric)) for one in seen]
        points = [(one, value) for one, value in told if value is not None and value.value is not None]
        name = kinds[signal.kind]
        series.append(_line(name, [(one, value.value) for one, value in points], link=link, dashed=bool(series)))
        series[-1] = msgspec.structs.replace(
            series[-1], low=tuple(value.low for _o, value in points), high=tuple(value.high for _o, value in points)
        )
        series += _alarms(name, [(one, value.value, value.is_alarm) for one, value in points], link)
        limits |= {one.threshold: None for one in signal.measured if one.metric == metric and one.threshold is not None}
    return Chart(
        key="performance",
        title=_("%s over time") % metric_words(metric),
        series=tuple(series),
        x_title=_("Window"),
        y_title=metric_words(metric),
        limits=tuple(_limit(value) for value in limits),
        help=_("Bars are intervals at 95 %. Labels that come later are taken in when their window is looked at again."),
        is_wide=True,
        by_values=True,
    )


def contributions(signal: SignalFound) -> Chart:
    ranked = [one for one in signal.features if one.contribution > 0][:MOST_RANKED]
    return Chart(
        key="contributions",
        title=_("What contributes to it"),
        kind="ranking",
        unit="share",
        x_title=_("Feature"),
        y_title=_("Share in the magnitude"),
        series=(
            Series(
                name=_("Contribution"),
                x=tuple(one.feature for one in ranked),
                y=tuple(one.contribution for one in ranked),
                shape="bar",
            ),
        ),
    )


def segments(found: Sequence[SignalFound], name: str, link: Callable[[str], str]) -> Chart:
    """The last magnitude of each segment of a signal beside that of all rows."""
    told = [one for one in found if one.name == name and one.magnitude is not None]
    return Chart(
        key="segments",
        title=_("By segment"),
        kind="ranking",
        x_title=_("Segment"),
        y_title=magnitude_words(told[0].kind) if told else "",
        series=(
            Series(
                name=_("Magnitude"),
                x=tuple(one.segment or _("all rows") for one in told),
                y=tuple(one.magnitude for one in told),
                shape="bar",
                links=tuple(link(one.segment) for one in told),
            ),
        ),
    )


def distribution(feature: FeatureFound, *, key: str = "distribution", names: tuple[str, str] | None = None) -> Chart:
    """Baseline and window before each other, as shares of their rows. `names`: what they are called."""
    before, now = names or (_("Baseline"), _("This window"))
    numeric = feature.baseline and feature.baseline.histogram and feature.current and feature.current.histogram
    sides: list[tuple[str, Any, Distribution | None]] = [
        (before, "first", feature.baseline),
        (now, "second", feature.current),
    ]
    series = [
        _bins(name, tone, one) if numeric else _values(name, tone, one) for name, tone, one in sides if one is not None
    ]
    return Chart(
        key=key,
        title=_("Distribution of %s") % feature.feature,
        kind="overlaid" if numeric else "over",
        unit="share",
        x_title=feature.feature,
        y_title=_("Share of rows"),
        series=tuple(series),
    )


def _bins(name: str, tone: Any, one: Distribution) -> Series:
    assert one.histogram is not None
    edges, counts = one.histogram.edges, one.histogram.counts
    pairs = list(pairwise(edges))
    total = max(one.rows, 1)
    return Series(
        name=name,
        x=tuple((low + high) / 2 for low, high in pairs),
        y=tuple(count / total for count in counts),
        widths=tuple(high - low for low, high in pairs),
        notes=tuple(f"{low:.6g} – {high:.6g}" for low, high in pairs),
        shape="bar",
        tone=tone,
    )


def _values(name: str, tone: Any, one: Distribution) -> Series:
    total = max(one.rows, 1)
    shown = [(each.value, each.count) for each in one.values[:MOST_VALUES]]
    rest = one.other + sum(each.count for each in one.values[MOST_VALUES:])
    if rest:
        shown.append((_("others"), rest))
    if one.missing:
        shown.append((_("missing"), one.missing))
    return Series(
        name=name,
        x=tuple(value for value, _count in shown),
        y=tuple(count / total for _value, count in shown),
        shape="bar",
        tone=tone,
    )


def _over_time(
    key: str,
    title: str,
    name: str,
    points: Sequence[tuple[Seen, float | None, bool]],
    *,
    threshold: float | None,
    link: Link,
    y_title: str = "",
    help: str = "",
    unit: Any = "number",
    is_wide: bool = False,
    intervals: Sequence[tuple[float | None, float | None]] = (),
) -> Chart:
    line = _line(name, [(one, value) for one, value, _alarm in points], link=link)
    if any(low is not None for low, _high in intervals):
        line = msgspec.structs.replace(
            line, low=tuple(low for low, _high in intervals), high=tuple(high for _low, high in intervals)
        )
    return Chart(
        key=key,
        title=title,
        series=(line, *_alarms(name, points, link)),
        x_title=_("Window"),
        y_title=y_title or name,
        unit=unit,
        limits=() if threshold is None else (_limit(threshold),),
        help=help,
        is_wide=is_wide,
    )


def _line(name: str, points: Sequence[tuple[Seen, float | None]], *, link: Link, dashed: bool = False) -> Series:
    return Series(
        name=name,
        x=tuple(one.at for one, _value in points),
        y=tuple(value for _one, value in points),
        links=tuple(link(one.number) for one, _value in points),
        is_dashed=dashed,
    )


def _alarms(name: str, points: Sequence[tuple[Seen, float | None, bool]], link: Link) -> list[Series]:
    marked = [(one, value) for one, value, alarm in points if alarm and value is not None]
    if not marked:
        return []
    return [
        Series(
            name=_("%s: alarm") % name,
            x=tuple(one.at for one, _value in marked),
            y=tuple(value for _one, value in marked),
            links=tuple(link(one.number) for one, _value in marked),
            shape="points",
            tone="bad",
        )
    ]


def _limit(value: float) -> Limit:
    return Limit(name=_("limit %s") % f"{value:.4g}", value=value)


def _value(signal: SignalSummary | None, feature: str, metric: str) -> Value | None:
    if signal is None:
        return None
    return next((one for one in signal.values if one.feature == feature and one.metric == metric), None)


def _title(signal: SignalFound) -> str:
    return f"{signal.name} ({signal.segment})" if signal.segment else signal.name
