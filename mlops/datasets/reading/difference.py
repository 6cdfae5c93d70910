"""What differs between two stored tables: columns, rows by key or as a whole, distributions. Child processes only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.stats.drift.column import baseline_column, current_column
from mlops.stats.drift.feature import compare

MOST_ROWS = 20_000_000
SHOWN_ROWS = 10
MOST_COLUMNS = 200
"""Whose distributions are compared."""


def difference(before: Path, after: Path, *, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """`keys`: columns that name a row; without them rows are told apart as a whole, equal ones counted.

    Raises Refusal `column_unknown`, `table_too_long`."""
    old, new = pl.scan_parquet(before), pl.scan_parquet(after)
    old_schema, new_schema = old.collect_schema(), new.collect_schema()
    shared = [name for name in new_schema if name in old_schema and _fits(old_schema[name], new_schema[name])]
    rows_before, rows_after = _rows(old), _rows(new)
    if max(rows_before, rows_after) > MOST_ROWS:
        message = _("Tables of up to %(most_rows)s rows are compared row by row.") % {"most_rows": f"{MOST_ROWS:,}"}
        raise Refusal("table_too_long", message, hint=_("Compare their profiles instead."), status=422)
    for key in keys:
        if key not in shared:
            message = _("“%(key)s” is not a column of both versions.") % {"key": key}
            raise Refusal("column_unknown", message, hint=nearest(key, shared), status=422)
    loose = {name for name in shared if old_schema[name] != new_schema[name]}
    old, new = _aligned(old, shared, loose), _aligned(new, shared, loose)
    found = _by_key(old, new, keys, shared) if keys else _as_a_whole(old, new, shared)
    columns = _columns(old_schema, new_schema)
    return {
        "rows_before": rows_before,
        "rows_after": rows_after,
        "columns": columns,
        "keys": list(keys),
        **found,
        "distributions": [_distribution(old, new, name) for name in shared[:MOST_COLUMNS]],
    }


def _rows(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect().item())


def _aligned(frame: pl.LazyFrame, shared: list[str], loose: set[str]) -> pl.LazyFrame:
    """Numbers that changed their type as decimals, so that equal ones stay equal."""
    return frame.select(pl.col(name).cast(pl.Float64) if name in loose else pl.col(name) for name in shared)


def _fits(one: pl.DataType, other: pl.DataType) -> bool:
    return one == other or (one.is_numeric() and other.is_numeric())


def _columns(old: pl.Schema, new: pl.Schema) -> list[dict[str, str]]:
    told = [{"name": name, "change": "new", "type": str(kind)} for name, kind in new.items() if name not in old]
    told += [{"name": name, "change": "gone", "type": str(kind)} for name, kind in old.items() if name not in new]
    told += [
        {"name": name, "change": "type", "type": f"{old[name]} → {kind}"}
        for name, kind in new.items()
        if name in old and old[name] != kind
    ]
    return told


def _as_a_whole(old: pl.LazyFrame, new: pl.LazyFrame, shared: list[str]) -> dict[str, Any]:
    """Rows by the hash of their shared columns; the same row three times is three rows."""
    if not shared:
        return {"added": _rows(new), "removed": _rows(old), "changed": None, "unchanged": 0, "first": {}}
    counted_old, counted_new = _counted(old, shared, "before"), _counted(new, shared, "after")
    both = counted_old.join(counted_new, on="hash", how="full", coalesce=True).with_columns(
        pl.col("before").fill_null(0), pl.col("after").fill_null(0)
    )
    same = pl.min_horizontal("before", "after")
    gone, extra = pl.col("before") - pl.col("after"), pl.col("after") - pl.col("before")
    totals = both.select(
        unchanged=same.sum(), removed=gone.clip(lower_bound=0).sum(), added=extra.clip(lower_bound=0).sum()
    ).row(0, named=True)
    added = both.filter(extra > 0)["hash"].head(SHOWN_ROWS)
    removed = both.filter(gone > 0)["hash"].head(SHOWN_ROWS)
    first = {"columns": shared, "added": _shown(new, shared, added), "removed": _shown(old, shared, removed)}
    return {**{name: int(value or 0) for name, value in totals.items()}, "changed": None, "first": first}


def _counted(frame: pl.LazyFrame, shared: list[str], name: str) -> pl.DataFrame:
    return frame.select(hash=_hash(shared)).group_by("hash").agg(pl.len().cast(pl.Int64).alias(name)).collect()


def _hash(shared: list[str]) -> pl.Expr:
    return pl.struct(shared).hash(7)


def _shown(frame: pl.LazyFrame, shared: list[str], hashes: pl.Series) -> list[list[Any]]:
    if not hashes.len():
        return []
    found = frame.select(*shared).filter(_hash(shared).is_in(hashes.to_list())).head(SHOWN_ROWS).collect()
    return [[_plain(value) for value in row] for row in found.iter_rows()]


def _by_key(old: pl.LazyFrame, new: pl.LazyFrame, keys: tuple[str, ...], shared: list[str]) -> dict[str, Any]:
    rest = [name for name in shared if name not in keys]
    value = _hash(rest) if rest else pl.lit(0)
    left = old.select(*keys, before=value).unique(subset=list(keys), keep="first").collect()
    right = new.select(*keys, after=value).unique(subset=list(keys), keep="first").collect()
    both = left.join(right, on=list(keys), how="inner", nulls_equal=True)
    changed = both.filter(pl.col("before") != pl.col("after"))
    gone = left.join(right, on=list(keys), how="anti", nulls_equal=True)
    extra = right.join(left, on=list(keys), how="anti", nulls_equal=True)
    first = {
        "columns": list(keys),
        "added": _keys(extra, keys),
        "removed": _keys(gone, keys),
        "changed": _keys(changed, keys),
    }
    return {
        "added": extra.height,
        "removed": gone.height,
        "changed": changed.height,
        "unchanged": both.height - changed.height,
        "repeated_keys": max(_rows(old) - left.height, _rows(new) - right.height),
        "first": first,
    }


def _keys(frame: pl.DataFrame, keys: tuple[str, ...]) -> list[list[Any]]:
    return [[_plain(value) for value in row] for row in frame.select(*keys).head(SHOWN_ROWS).iter_rows()]


def _distribution(old: pl.LazyFrame, new: pl.LazyFrame, name: str) -> dict[str, Any]:
    """The measures of monitors, with the old version as the baseline."""
    before, after = (frame.select(name).collect().to_series() for frame in (old, new))
    there = baseline_column(before)
    told: dict[str, Any] = msgspec.to_builtins(compare(there, current_column(after, there)))
    return told


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
