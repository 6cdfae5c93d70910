"""Polars to pandas and back, column by column, without Arrow; a gap stays a gap."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.stats.schema import column_type

MICROSECOND_FORM = "datetime64[us]"


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Text: objects with None. Whole numbers: int64, Int64 with gaps. Decimals: float64 with NaN.
    Yes/no: bool, boolean with gaps. Dates: datetime64[us] with NaT."""
    columns = {name: _to_pandas(frame[name]) for name in frame.columns}
    return pd.DataFrame(columns, index=pd.RangeIndex(frame.height), copy=False)


def from_pandas(frame: pd.DataFrame) -> pl.DataFrame:
    """Refusal `mixed_types` or `type_unsupported` names the column that cannot be kept."""
    names = [str(name) for name in frame.columns]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        message = _("Two columns are named '%(repeated)s'.") % {"repeated": repeated}
        hint = _("Give every column a name of its own.")
        raise Refusal("duplicate_column", message, hint=hint, status=422, where=Where(column=repeated))
    return pl.DataFrame([_from_pandas(name, frame.iloc[:, place]) for place, name in enumerate(names)])


def _to_pandas(values: pl.Series) -> pd.Series[Any]:
    type_, gaps = column_type(values.dtype), values.null_count()
    if type_ == "string":
        return pd.Series(np.array(values.to_list(), dtype=object), dtype=object)
    if type_ == "decimal":
        return pd.Series(values.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    if type_ == "date":
        return pd.Series(values.cast(pl.Datetime("us")).to_numpy().astype(MICROSECOND_FORM))
    if not gaps:
        return pd.Series(values.to_numpy())
    filled = values.fill_null(False if type_ == "boolean" else 0).to_numpy()
    array: Any = pd.arrays.BooleanArray if type_ == "boolean" else pd.arrays.IntegerArray
    return pd.Series(array(filled.copy(), values.is_null().to_numpy().copy()))


def _from_pandas(name: str, values: pd.Series[Any]) -> pl.Series:
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = values.astype(dtype.categories.dtype) if not values.isna().any() else values.astype(object)
        dtype = values.dtype
    kind = "O" if isinstance(dtype, pd.StringDtype) else getattr(dtype, "kind", "O")
    if kind == "M":
        return _dates(name, values)
    if kind == "f":
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return pl.Series(name, numbers, dtype=pl.Float64, nan_to_null=True)
    if kind in "iu":
        return _nullable(name, values, pl.Int64, np.int64)
    if kind == "b":
        return _nullable(name, values, pl.Boolean, np.bool_)
    if kind == "O":
        return _objects(name, values)
    message = _("Column '%(name)s' has the type %(dtype)s, which a table cannot keep.") % {"name": name, "dtype": dtype}
    hint = _("Convert it, for example dataframe['%(name)s'].astype(str).") % {"name": name}
    raise Refusal("type_unsupported", message, hint=hint, status=422, where=Where(column=name))


def _nullable(name: str, values: pd.Series[Any], dtype: Any, plain: Any) -> pl.Series:
    gaps = values.isna().to_numpy(dtype=bool)
    if not gaps.any():
        return pl.Series(name, values.to_numpy(dtype=plain), dtype=dtype)
    filled = pl.Series(name, values.fillna(plain(0)).to_numpy(dtype=plain), dtype=dtype)
    return filled.set(pl.Series(gaps), None)


def _dates(name: str, values: pd.Series[Any]) -> pl.Series:
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return pl.Series(name, values.to_numpy().astype(MICROSECOND_FORM)).cast(pl.Datetime("us"))


def _objects(name: str, values: pd.Series[Any]) -> pl.Series:
    """Objects of one Python type; whole and decimal numbers together become decimal."""
    gaps = values.isna()
    present = values[~gaps]
    items: list[Any] = [None if gap else value for gap, value in zip(gaps, values, strict=True)]
    kinds = {_kind(value) for value in present}
    if not kinds or kinds == {"text"}:
        return pl.Series(name, items, dtype=pl.String)
    if kinds == {"boolean"}:
        return pl.Series(name, items, dtype=pl.Boolean)
    if kinds == {"whole"}:
        return pl.Series(name, [None if item is None else int(item) for item in items], dtype=pl.Int64)
    if kinds <= {"whole", "decimal"}:
        return pl.Series(name, [None if item is None else float(item) for item in items], dtype=pl.Float64)
    if kinds == {"date"}:
        return _dates(name, pd.to_datetime(values, utc=True))
    return _refuse(name, present, kinds)


def _kind(value: Any) -> str:
    import decimal

    if isinstance(value, str):
        return "text"
    if isinstance(value, bool | np.bool_):
        return "boolean"
    if isinstance(value, int | np.integer):
        return "whole"
    if isinstance(value, float | np.floating | decimal.Decimal):
        return "decimal"
    if isinstance(value, datetime.date | np.datetime64):
        return "date"
    return type(value).__name__


def _refuse(name: str, present: pd.Series[Any], kinds: set[str]) -> pl.Series:
    listed = " and ".join(sorted(kinds))
    first = _kind(present.iloc[0])
    row = next((place for place, value in enumerate(present) if _kind(value) != first), 0)
    if len(kinds) > 1:
        message = _("Column '%(name)s' mixes %(listed)s values.") % {"name": name, "listed": listed}
        code, hint = (
            "mixed_types",
            _("Make them one type, for example dataframe['%(name)s'].astype(str).") % {"name": name},
        )
    else:
        message = _("Column '%(name)s' holds %(listed)s objects, which a table cannot keep.") % {
            "name": name,
            "listed": listed,
        }
        code, hint = (
            "type_unsupported",
            _("Convert it, for example dataframe['%(name)s'].astype(str).") % {"name": name},
        )
    raise Refusal(
        code, message, hint=hint, status=422, where=Where(column=name, row=row, value=str(present.iloc[row])[:100])
    )
