"""The quality measures of one column against the baseline's.

| metric | of | share of | chance |
|---|---|---|---|
| null_value_rate | all | rows without a value | one-sided exact test of Fisher against the baseline's rate |
| data_type_error_rate | all | rows whose value is not of the baseline's type, or infinite | the same |
| out_of_bounds_rate | numerical | values below the baseline's smallest or above its largest | beta-binomial |
| unseen_category_rate | categorical | values that the baseline does not have | binomial, Good and Turing's rate |
| duplicate_rate | keys: no two rows of the baseline are equal | values that another row has as well | none |

Beta-binomial: of m new values of a continuous column, those outside the range of n old ones are BetaBinomial(m, 2,
n - 1), whatever the distribution."""

from __future__ import annotations

from mlops.stats.drift.column import Column
from mlops.stats.drift.feature import Compared, Drifted

NULLS, TYPES = "null_value_rate", "data_type_error_rate"
BOUNDS, UNSEEN, DUPLICATES = "out_of_bounds_rate", "unseen_category_rate", "duplicate_rate"


def quality(baseline: Column, current: Column) -> Compared:
    """No distributions: those are data drift's."""
    metrics = {
        NULLS: _more_often(NULLS, current.missing, current.rows, baseline.missing, baseline.rows),
        TYPES: _more_often(TYPES, current.errors, current.rows, baseline.errors, baseline.rows),
    }
    if baseline.numbers is not None and current.numbers is not None and baseline.present:
        metrics[BOUNDS] = _out_of_bounds(baseline, current)
    if baseline.categories is not None and current.categories is not None:
        metrics[UNSEEN] = _unseen(baseline, current)
    if baseline.type != "decimal" and baseline.unique == baseline.present > 1:
        metrics[DUPLICATES] = _repeated(current)
    return Compared(feature=baseline.name, kind=baseline.kind, metrics=metrics)


def _more_often(name: str, count: int, rows: int, baseline_count: int, baseline_rows: int) -> Drifted:
    from scipy.stats import hypergeom

    p_value = float(hypergeom.sf(count - 1, rows + baseline_rows, count + baseline_count, rows)) if count else 1.0
    return Drifted(_share(count, rows), test=name, p_value=p_value, baseline=_share(baseline_count, baseline_rows))


def _out_of_bounds(baseline: Column, current: Column) -> Drifted:
    from scipy.stats import betabinom

    assert baseline.numbers is not None
    assert current.numbers is not None
    old, new = baseline.numbers, current.numbers
    low, high = old.values[0], old.values[-1]
    inside = int(new.below(high, inclusive=True)) - int(new.below(low, inclusive=False))
    outside = new.rows - inside
    chance = betabinom.sf(outside - 1, new.rows, 2, old.rows - 1) if outside and old.rows > 1 else 1.0
    note = f"the baseline lies between {low:.6g} and {high:.6g}" if outside else ""
    return Drifted(_share(outside, new.rows), test=BOUNDS, p_value=float(chance), baseline=0.0, note=note)


def _unseen(baseline: Column, current: Column) -> Drifted:
    from scipy.stats import binom

    assert baseline.categories is not None
    assert current.categories is not None
    old, new = baseline.categories, current.categories
    if old.other:
        return Drifted(None, note="the baseline has too many different values to tell")
    fresh = {name: count for name, count in new.counts.items() if name not in old.counts}
    count = sum(fresh.values()) + new.other
    rate = min((old.single + 1 + 2 * (old.single + 1) ** 0.5) / max(old.rows, 1), 1.0)
    chance = float(binom.sf(count - 1, new.rows, rate)) if count else 1.0
    first = ", ".join(repr(name) for name in list(fresh)[:5])
    note = f"such as {first}" if fresh else ""
    return Drifted(_share(count, new.rows), test=UNSEEN, p_value=chance, baseline=0.0, note=note)


def _repeated(current: Column) -> Drifted:
    return Drifted(_share(current.present - current.unique, current.present), baseline=0.0)


def _share(count: int, rows: int) -> float:
    return count / rows if rows else 0.0
