"""One column compared: every measure that its kind has, the chance of it, and both distributions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from mlops.formats.looking import FeatureKind
from mlops.formats.monitor import Distribution
from mlops.formats.profile import ValueCount
from mlops.stats.drift.binned import (
    chi_squared,
    euclidean_distance,
    jensen_shannon_distance,
    pooled,
    population_stability_index,
)
from mlops.stats.drift.bins import common_histograms, quantile_counts
from mlops.stats.drift.categories import MOST_KEPT, aligned
from mlops.stats.drift.chance import chi_squared_p, kolmogorov_smirnov_p
from mlops.stats.drift.column import Column
from mlops.stats.drift.distances import apart

KS, PSI, JS = "kolmogorov_smirnov", "population_stability_index", "jensen_shannon_distance"
WASSERSTEIN, NORMALIZED = "wasserstein_distance", "normalized_wasserstein_distance"
CHI, EUCLIDEAN, UNIQUE = "chi_squared", "euclidean_distance", "unique_count"
NUMERICAL = (KS, PSI, JS, NORMALIZED, WASSERSTEIN, CHI)
CATEGORICAL = (JS, PSI, CHI, EUCLIDEAN, UNIQUE)
SHOWN_VALUES = 20
MISSING = "\x00missing"


@dataclass(frozen=True)
class Drifted:
    """Of one metric. `p_value`: that chance alone shows as much; None: there is no test for it."""

    value: float | None
    test: str = ""
    p_value: float | None = None
    statistic: float | None = None
    baseline: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Compared:
    feature: str
    kind: FeatureKind
    metrics: dict[str, Drifted] = field(default_factory=dict)
    baseline: Distribution | None = None
    current: Distribution | None = None
    note: str = ""
    """Why there is nothing to measure, or why what is measured has no limit."""
    is_judged: bool = True
    is_gone: bool = False
    """The baseline has values and the window, which has rows, has none."""


def compare(baseline: Column, current: Column) -> Compared:
    compared = Compared(feature=baseline.name, kind=baseline.kind)
    if not baseline.present and baseline.kind == "numerical":
        return replace(compared, note="the baseline has no value in it")
    if not current.present and baseline.kind == "numerical":
        return _without_values(compared, baseline, current)
    if not baseline.rows or not current.rows:
        return replace(compared, note="there are no rows")
    return _numerical(compared, baseline, current) if baseline.numbers else _categorical(compared, baseline, current)


def _numerical(compared: Compared, baseline: Column, current: Column) -> Compared:
    assert baseline.numbers is not None
    assert current.numbers is not None
    first, second = baseline.numbers, current.numbers
    distances = apart(first, second)
    ks_p = kolmogorov_smirnov_p(distances.kolmogorov_smirnov, first.rows, second.rows)
    metrics = _of_counts(*quantile_counts(first, second))
    metrics[KS] = Drifted(distances.kolmogorov_smirnov, test=KS, p_value=ks_p)
    metrics[WASSERSTEIN] = Drifted(distances.wasserstein, test=KS, p_value=ks_p)
    metrics[NORMALIZED] = _normalized(distances.wasserstein, baseline.standard_deviation or 0.0, ks_p)
    whole = baseline.type == "integer"
    pictures = common_histograms(first, second, whole=whole)
    return replace(
        compared,
        metrics={name: metrics[name] for name in NUMERICAL},
        baseline=_distribution(baseline, histogram=pictures[0]),
        current=_distribution(current, histogram=pictures[1]),
    )


def _normalized(distance: float, deviation: float, p_value: float) -> Drifted:
    if not deviation and distance:
        return Drifted(None, test=KS, p_value=p_value, note="the baseline is one value only: no unit to divide by")
    return Drifted(distance / deviation if deviation else 0.0, test=KS, p_value=p_value)


def _categorical(compared: Compared, baseline: Column, current: Column) -> Compared:
    import numpy as np

    assert baseline.categories is not None
    assert current.categories is not None
    names, there, here = aligned(baseline.categories, current.categories)
    if baseline.missing or current.missing:
        names = (*names, MISSING)
        there, here = np.append(there, baseline.missing), np.append(here, current.missing)
    if not there.sum() or not here.sum():
        return replace(compared, note="every value is of another type", is_gone=bool(there.sum()))
    metrics = _of_counts(there, here)
    p_value = metrics[CHI].p_value
    metrics[EUCLIDEAN] = Drifted(euclidean_distance(there, here), test=CHI, p_value=p_value)
    metrics[UNIQUE] = Drifted(float(current.unique), baseline=float(baseline.unique))
    if baseline.unique > MOST_KEPT:
        note = f"more than {MOST_KEPT:,} different values: shown, not judged"
        compared = replace(compared, is_judged=False, note=note)
    shown = np.argsort(-(there / there.sum() + here / here.sum()), kind="stable").tolist()
    shown = [place for place in shown if names[place] not in ("", MISSING)][:SHOWN_VALUES]
    return replace(
        compared,
        metrics={name: metrics[name] for name in CATEGORICAL},
        baseline=_listed(baseline, names, there, shown),
        current=_listed(current, names, here, shown),
    )


def _of_counts(there: Any, here: Any) -> dict[str, Drifted]:
    raw, tested = chi_squared(there, here), chi_squared(*pooled(there, here))
    p_value = chi_squared_p(tested.statistic, tested.degrees_of_freedom)
    return {
        PSI: Drifted(population_stability_index(there, here), test=CHI, p_value=p_value),
        JS: Drifted(jensen_shannon_distance(there, here), test=CHI, p_value=p_value),
        CHI: Drifted(raw.cramers_v, test=CHI, p_value=p_value, statistic=raw.statistic),
    }


def _without_values(compared: Compared, baseline: Column, current: Column) -> Compared:
    note = "every value is missing" if current.missing == current.rows else "no value is a number"
    return replace(
        compared,
        note=note,
        is_gone=current.rows > 0,
        baseline=_distribution(baseline),
        current=_distribution(current),
    )


def _distribution(column: Column, **picture: Any) -> Distribution:
    numbers, measures = column.numbers, {}
    if numbers is not None and numbers.rows:
        measures = {
            "mean": column.mean or 0.0,
            "standard_deviation": column.standard_deviation or 0.0,
            "minimum": float(numbers.values[0]),
            "maximum": float(numbers.values[-1]),
            "median": numbers.median(),
            "unique_count": float(column.unique),
        }
    return Distribution(rows=column.rows, missing=column.missing, measures=measures, **picture)


def _listed(column: Column, names: tuple[str, ...], counts: Any, shown: list[int]) -> Distribution:
    values = tuple(ValueCount(value=names[place], count=int(counts[place])) for place in shown)
    other = column.present - sum(value.count for value in values)
    measures = {"unique_count": float(column.unique)}
    if column.mean is not None:
        measures |= {"mean": column.mean, "standard_deviation": column.standard_deviation or 0.0}
    return Distribution(rows=column.rows, missing=column.missing, values=values, other=other, measures=measures)
