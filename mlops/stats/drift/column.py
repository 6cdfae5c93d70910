"""One column of a set of rows, in the form in which it is compared.

Numbers, whole numbers and dates (in Unix seconds) are float64: whole numbers beyond 2^53 lose their last digits. NaN is
a missing value; infinite numbers, and values that are not of the baseline's type, are errors and in no distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops.formats.looking import FeatureKind
from mlops.formats.table import ColumnType
from mlops.stats.drift.categories import MOST_READ, Categories
from mlops.stats.drift.numbers import Numbers, distinct
from mlops.stats.drift.reading import read_numbers, read_texts
from mlops.stats.schema import column_type

if TYPE_CHECKING:
    import polars as pl

FEW_VALUES, SMALL_SHARE = 100, 0.05


@dataclass(frozen=True)
class Column:
    """One of `numbers` and `categories` is there, by `kind`."""

    name: str
    type: ColumnType
    kind: FeatureKind
    rows: int
    missing: int
    errors: int
    unique: int
    numbers: Numbers | None = None
    categories: Categories | None = None
    mean: float | None = None
    standard_deviation: float | None = None
    """Of all rows (not n - 1), as the Wasserstein distance is normalised by."""

    @property
    def present(self) -> int:
        return self.rows - self.missing - self.errors


def baseline_column(series: pl.Series, *, kind: FeatureKind | None = None) -> Column:
    """`kind` None: by the usual rule (`usual_kind`)."""
    type_ = column_type(series.dtype)
    return _column(series, type_, kind, known=None)


def current_column(series: pl.Series, baseline: Column) -> Column:
    """Read as the baseline's column was: the same type and kind, and the same values told apart."""
    known = baseline.categories.counts if baseline.categories is not None else None
    return _column(series, baseline.type, baseline.kind, known=known)


def usual_kind(type_: ColumnType, *, unique: int, rows: int, has_fractions: bool) -> FeatureKind:
    """Texts and booleans are categorical; whole numbers are where they have fewer than 100 values that are fewer than
    5 % of the rows, also those of a decimal column; numbers with fractions and dates never are."""
    if type_ in ("string", "boolean"):
        return "categorical"
    few = type_ != "date" and not has_fractions and unique < FEW_VALUES and unique < SMALL_SHARE * rows
    return "categorical" if few else "numerical"


def _column(series: pl.Series, type_: ColumnType, kind: FeatureKind | None, *, known: dict[str, int] | None) -> Column:
    if type_ in ("string", "boolean") and kind != "numerical":
        return _of_texts(series, type_, known)
    import numpy as np

    values, missing, errors = _in_order(series, type_)
    numbers = Numbers(values)
    unique = distinct(numbers)
    has_fractions = bool((values != np.floor(values)).any())
    kind = kind or usual_kind(type_, unique=unique, rows=series.len(), has_fractions=has_fractions)
    common: dict[str, Any] = {
        "name": series.name,
        "type": type_,
        "rows": series.len(),
        "missing": missing,
        "errors": errors,
        "unique": unique,
        "mean": float(values.mean()) if values.size else None,
        "standard_deviation": float(values.std()) if values.size else None,
    }
    if kind == "numerical":
        return Column(kind="numerical", numbers=numbers, **common)
    return Column(kind="categorical", categories=_categories_of_numbers(values, known), **common)


def _in_order(series: pl.Series, type_: ColumnType) -> tuple[Any, int, int]:
    """Finite values in order of size, rows without a value, rows whose value is no such number."""
    import numpy as np

    missing = series.null_count()
    if series.dtype.is_float():
        missing += int(series.is_nan().sum())
    values = read_numbers(series, type_).drop_nulls().to_numpy(writable=True)
    finite = np.isfinite(values)
    if type_ == "integer" and series.dtype.is_float():
        finite &= values == np.floor(values)
    if not finite.all():
        values = values[finite]
    values.sort()
    return values, missing, series.len() - missing - int(values.size)


def _categories_of_numbers(values: Any, known: dict[str, int] | None) -> Categories:
    import numpy as np

    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True)) if values.size else np.zeros(0, dtype=int)
    counts = np.diff(ends, prepend=-1)
    names = [str(int(value)) if value == np.floor(value) else repr(value) for value in values[ends].tolist()]
    order = np.argsort(-counts, kind="stable").tolist()
    return _listed([(names[place], int(counts[place])) for place in order], known)


def _of_texts(series: pl.Series, type_: ColumnType, known: dict[str, int] | None) -> Column:
    import polars as pl

    texts = read_texts(series, type_)
    missing = series.null_count()
    errors = texts.null_count() - missing
    counted = (
        pl.DataFrame({"value": texts.drop_nulls()})
        .group_by("value")
        .len()
        .sort(["len", "value"], descending=[True, False])
    )
    single = int((counted["len"] == 1).sum())
    unique, rows = counted.height, int(counted["len"].sum())
    if counted.height > MOST_READ:
        is_known = pl.col("value").is_in(list(known)) if known else pl.lit(False)
        counted = pl.concat([counted.filter(is_known), counted.filter(~is_known).head(MOST_READ)])
    counts = dict(zip(counted["value"].to_list(), counted["len"].to_list(), strict=True))
    other = rows - sum(counts.values())
    categories = Categories(counts=counts, other=other, unlisted=unique - len(counts), single=single)
    return Column(
        name=series.name,
        type=type_,
        kind="categorical",
        rows=series.len(),
        missing=missing,
        errors=errors,
        unique=unique,
        categories=categories,
    )


def _listed(counted: list[tuple[str, int]], known: dict[str, int] | None) -> Categories:
    rows = sum(count for _, count in counted)
    kept = dict(counted)
    if len(counted) > MOST_READ:
        known = known or {}
        first = counted[:MOST_READ] + [pair for pair in counted[MOST_READ:] if pair[0] in known]
        kept = dict(first)
    return Categories(
        counts=kept,
        other=rows - sum(kept.values()),
        unlisted=len(counted) - len(kept),
        single=sum(count == 1 for _, count in counted),
    )
