"""What the look itself tells of the cause of one column's drift, as the yardstick lists causes: a broken or changed
source, values that stopped, another unit, new values, a slow natural change. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazily

from mlops.formats.monitor import Distribution, FeatureFound

Symptom = Literal["missing", "stuck", "unit", "new_values", "gradual", "sudden"]
UNITS = (
    (1000.0, lazily("a factor of 1,000")),
    (100.0, lazily("a factor of 100, such as shares and percent, or euros and cents")),
    (10.0, lazily("a factor of 10")),
    (60.0, lazily("a factor of 60, such as minutes and seconds")),
    (3600.0, lazily("a factor of 3,600, such as hours and seconds")),
    (24.0, lazily("a factor of 24, such as days and hours")),
    (2.54, lazily("a factor of 2.54, such as inches and centimetres")),
    (3.2808, lazily("a factor of 3.28, such as metres and feet")),
    (1.6093, lazily("a factor of 1.61, such as miles and kilometres")),
    (2.2046, lazily("a factor of 2.2, such as kilograms and pounds")),
)
NEAR = 0.04
LEAST_LOOKS = 3


@dataclass(frozen=True)
class Told:
    symptom: Symptom
    text: str
    weight: float
    """How much it explains, 0-1."""


def symptom_of(feature: FeatureFound, past: Sequence[float]) -> Told:
    """`past`: the first measure of the column in the looks before, the oldest first."""
    before, now = feature.baseline, feature.current
    for told in (_missing(before, now), _stuck(before, now), _unit(before, now), _new_values(before, now)):
        if told is not None:
            return told
    values = [*past, *(measured.value for measured in feature.measured[:1] if measured.value is not None)]
    return _in_time(values)


def _missing(before: Distribution | None, now: Distribution | None) -> Told | None:
    if before is None or now is None or not before.rows or not now.rows:
        return None
    was, is_ = before.missing / before.rows, now.missing / now.rows
    if is_ - was < 0.05:
        return None
    text = _("Values are missing: %(now).0f %% of the rows have none, %(before).0f %% in the baseline.")
    return Told("missing", text % {"now": 100 * is_, "before": 100 * was}, min(0.4 + is_ - was, 0.95))


def _stuck(before: Distribution | None, now: Distribution | None) -> Told | None:
    if before is None or now is None:
        return None
    was, is_ = (side.measures.get("standard_deviation") for side in (before, now))
    if not was or is_ is None or is_ > was / 100:
        return None
    text = _("It hardly varies any more: every value is near %(value).6g, as of a stuck sensor or a default.")
    return Told("stuck", text % {"value": now.measures.get("median", now.measures.get("mean", 0.0))}, 0.9)


def _unit(before: Distribution | None, now: Distribution | None) -> Told | None:
    """Middle and spread changed by one and the same factor that units have."""
    if before is None or now is None:
        return None
    factors = []
    for measure in ("median", "standard_deviation"):
        was, is_ = before.measures.get(measure), now.measures.get(measure)
        if not was or not is_ or was * is_ < 0:
            return None
        factors.append(is_ / was)
    for factor, words in UNITS:
        if all(_is_near(one, factor) for one in factors) or all(_is_near(one, 1 / factor) for one in factors):
            text = _("All of it changed by %(words)s: the unit may be another.") % {"words": words}
            return Told("unit", text, 0.9)
    return None


def _new_values(before: Distribution | None, now: Distribution | None) -> Told | None:
    if before is None or now is None or not now.values or not now.rows:
        return None
    known = {value.value: value.count for value in before.values}
    fresh = [value for value in now.values if value.count and not known.get(value.value)]
    share = sum(value.count for value in fresh) / now.rows
    if share < 0.05:
        return None
    names = ", ".join(f"“{value.value}”" for value in fresh[:5])
    text = _("New values: %(names)s, in %(share).0f %% of the rows.") % {"names": names, "share": 100 * share}
    return Told("new_values", text, min(0.5 + share, 0.9))


def _in_time(values: Sequence[float]) -> Told:
    steps = [after - before for before, after in pairwise(values)]
    if len(steps) >= LEAST_LOOKS and values[-1] > values[0] and max(steps) < 0.6 * (values[-1] - values[0]):
        text = _("It moved little by little over %(count)d looks, as seasons and markets do.")
        return Told("gradual", text % {"count": len(values)}, 0.4)
    if steps and values[-1] > 0 and steps[-1] > 0.6 * values[-1]:
        return Told("sudden", _("It moved at once, since the look before: something upstream changed."), 0.4)
    return Told("sudden", _("It moved; earlier looks do not tell whether at once or slowly."), 0.2)


def _is_near(value: float, factor: float) -> bool:
    return abs(value / factor - 1) < NEAR
