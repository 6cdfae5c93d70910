"""What the pages of monitors say in one word."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from mlops.formats.monitor import FeatureFound, Measured, MonitorSettings
from mlops.monitoring.models import Alarm, Look
from mlops.monitoring.windows import window_words
from mlops.web.pages.monitor_words import is_rate, kind_words, measure_words, metric_words
from mlops.web.templatetags.studio import number, share

register = template.Library()
register.filter("metric_words", metric_words)
register.filter("kind_words", kind_words)


@register.filter
def window(look: Look) -> str:
    """The times of what it looked at, or the name of a window that has none."""
    return window_words(look.start, look.end) if look.start else look.window


PER_COLUMN = ("data_drift", "prediction_drift", "data_quality")
"""Kinds of signals whose value, for the signal as a whole, is that of its worst column in multiples of the limit."""


@register.filter
def alarm_words(alarm: Alarm, wanted: MonitorSettings) -> str:
    """What an alarm's value is."""
    kind = next((one.kind for one in wanted.signals if one.name == alarm.signal), "")
    if kind in PER_COLUMN and not alarm.feature:
        return _("magnitude, in multiples of the limit")
    return metric_words(alarm.metric) if alarm.metric else ""


@register.filter
def measured_as(feature: FeatureFound, metric: str) -> Measured | None:
    return next((one for one in feature.measured if one.metric == metric), None)


@register.filter
def shown(one: Measured | None) -> str:
    """Its value: a rate as percent."""
    if one is None or one.value is None:
        return "–"
    return str(share(one.value) if is_rate(one.metric) else number(one.value, 3))


@register.filter
def shown_limit(one: Measured | None) -> str:
    if one is None or one.threshold is None:
        return "–"
    told = share(one.threshold) if is_rate(one.metric) else number(one.threshold, 3)
    return str(told)


@register.filter
def both_measures(feature: FeatureFound) -> list[tuple[str, float | None, float | None]]:
    """Name, baseline and window, of each measure that either has."""
    before = feature.baseline.measures if feature.baseline else {}
    now = feature.current.measures if feature.current else {}
    return [(measure_words(name), before.get(name), now.get(name)) for name in dict.fromkeys((*before, *now))]
