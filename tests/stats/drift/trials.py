"""Looks at seeded data of which it is known whether it drifted: how often there is an alarm."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from mlops.formats.monitor import SignalFound, SignalSettings
from mlops.stats.drift.column import baseline_column, current_column
from mlops.stats.drift.feature import compare
from mlops.stats.drift.signal import columns_found, limits_of
from mlops.stats.quality.rates import quality

COLUMNS = 20
NUMERICAL = ("kolmogorov_smirnov", "population_stability_index", "normalized_wasserstein_distance")
CATEGORICAL = ("jensen_shannon_distance", "chi_squared")
TESTS_ALONE = SignalSettings(
    name="drift",
    kind="data_drift",
    numerical=dict.fromkeys(NUMERICAL, 0.0),
    categorical=dict.fromkeys(CATEGORICAL, 0.0),
)
"""Every value is over its limit, so that an alarm is the tests' alone."""
USUAL = SignalSettings(name="drift", kind="data_drift")


def data(rows: int, draw: Any, *, shift: float = 0.0) -> pl.DataFrame:
    """Twenty columns, some of which go together; the first number and the first text are shifted."""
    together = draw.normal(size=rows)
    columns: dict[str, Any] = {f"n{n}": draw.normal(size=rows) + together * (n % 2) for n in range(6)}
    columns |= {f"l{n}": draw.lognormal(size=rows) for n in range(4)}
    columns |= {f"k{n}": draw.poisson(3, rows) for n in range(4)}
    columns |= {f"c{n}": pl.Series(draw.geometric(0.2 + n / 10, rows)).cast(pl.String) for n in range(6)}
    columns["n0"] = columns["n0"] + shift
    if shift:
        columns["c0"] = pl.Series(draw.geometric(0.2 / (1 + shift), rows)).cast(pl.String)
    return pl.DataFrame(columns)


def trial(
    seed: int, settings: SignalSettings, *, rows: int = 1_000, window: int = 300, shift: float = 0.0
) -> SignalFound:
    draw = np.random.default_rng(seed)
    before, now = data(rows, draw), data(window, draw, shift=shift)
    measure = quality if settings.kind == "data_quality" else compare
    compared = []
    for name in before.columns:
        column = baseline_column(before[name])
        compared.append(measure(column, current_column(now[name], column)))
    return columns_found(settings, compared, limits_of(settings))
