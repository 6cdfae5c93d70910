"""The profile of a table: one row per column with the yardstick's measures and a histogram."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.table import ColumnType


class ValueCount(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    count: int


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """`edges` has one more entry than `counts`; the last bin is closed on the right."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Measures that make no sense for the type are None. Quantiles are P1, P5, P25, P50, P75, P95, P99.

    Variance is the sample variance; skewness and kurtosis are the Fisher-Pearson moments (kurtosis in excess)."""

    name: str
    type: ColumnType
    count: int
    missing_count: int
    not_missing_count: int
    empty_count: int = 0
    error_count: int = 0
    unique_count: int | None = None
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    standard_deviation: float | None = None
    variance: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    quantiles: dict[str, float] = {}
    histogram: Histogram | None = None
    top_values: tuple[ValueCount, ...] = ()


class TableProfile(msgspec.Struct, frozen=True, kw_only=True):
    row_count: int
    columns: tuple[ColumnProfile, ...]
    sampled_rows: int | None = None
    """How many rows were looked at, where not all were."""
