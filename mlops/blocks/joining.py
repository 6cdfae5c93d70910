"""Joins two tables by their keys. A missing key matches nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from mlops.blocks.components.join_data import DEFINITION, joined_columns
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType
from mlops.formats.transform import Replay
from mlops.stats.schema import column_type, storage_type

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Table

MOST_LOOKED_UP = 10_000
"""Rows of a look-up table that may travel with a model."""
MOST_ROWS = 200_000_000

KEY = "__mlops_key_{}__"


def join(call: Call, *, left_keys: Sequence[str], right_keys: Sequence[str]) -> Table:
    left, right, kind = call.table("left_dataset"), call.table("right_dataset"), call.parameters["join_type"]
    match_case = call.parameters["match_case"]
    schema, renamed = joined_columns(call.parameters, left.schema, right.schema, list(right_keys))
    mixed = _mixed(left, left_keys, right, right_keys)
    first = _keyed(left.frame, left_keys, match_case=match_case, mixed=mixed)
    wanted = right.frame.select([*dict.fromkeys((*renamed, *right_keys))])
    second = _keyed(wanted, right_keys, match_case=match_case, mixed=mixed)
    keys = [KEY.format(place) for place in range(len(left_keys))]
    if kind == "left_semi":
        known = second.select(keys).unique().with_columns(found=pl.lit(True))
        found = first.select(keys).join(known, on=keys, how="left", maintain_order="left")["found"]
        return _told(left.filtered(found.fill_null(False)), call)
    if kind == "left_outer" and _is_look_up(left, second, keys):
        how_found = {"match_case": match_case, "mixed": mixed}
        return _told(_with_look_up(left, second, left_keys, keys, renamed, how_found), call)
    _require_bearable(first, second, keys)
    second = second.select([*renamed, *keys]).rename(renamed)
    how: Any = {"inner": "inner", "left_outer": "left", "full_outer": "full"}[kind]
    joined = first.join(second, on=keys, how=how, coalesce=True, maintain_order="left_right").select(schema.names)
    described = left.broken(joined, schema=schema, reason=_reason(kind), others=(right,)).described(schema.columns)
    return _told(described, call)


def _reason(kind: str) -> str:
    if kind == "left_outer":
        return (
            f"Join Data joins a table with more than {MOST_LOOKED_UP:,} rows or with repeated keys, "
            "which cannot travel with a model."
        )
    return "Join Data makes rows out of two tables, which cannot be replayed for a request."


def _mixed(left: Table, left_keys: Sequence[str], right: Table, right_keys: Sequence[str]) -> list[int]:
    """Places of keys that are whole numbers on one side and decimals on the other."""
    pairs = [(left.frame.schema[a], right.frame.schema[b]) for a, b in zip(left_keys, right_keys, strict=True)]
    return [place for place, (a, b) in enumerate(pairs) if a != b]


def _keyed(frame: pl.DataFrame, names: Sequence[str], *, match_case: bool, mixed: Sequence[int]) -> pl.DataFrame:
    keys = []
    for place, name in enumerate(names):
        key = pl.col(name).cast(pl.Float64) if place in mixed else pl.col(name)
        if frame.schema[name] == pl.String and not match_case:
            key = key.str.to_lowercase()
        keys.append(key.alias(KEY.format(place)))
    return frame.with_columns(keys)


def _is_look_up(left: Table, second: pl.DataFrame, keys: Sequence[str]) -> bool:
    if left.meta.source is None or second.height > MOST_LOOKED_UP:
        return False
    present = second.drop_nulls(keys)
    return present.select(keys).is_unique().all()


def _with_look_up(
    left: Table,
    second: pl.DataFrame,
    left_keys: Sequence[str],
    keys: Sequence[str],
    renamed: Mapping[str, str],
    how_found: Mapping[str, Any],
) -> Table:
    present = second.drop_nulls(keys)
    look_up = {"keys": [_plain(present[key]) for key in keys], **how_found}
    steps = []
    for old, new in renamed.items():
        values = present[old]
        state = {**look_up, "values": _plain(values), "type": column_type(values.dtype)}
        steps.append(Replay(component=DEFINITION.name, reads=tuple(left_keys), writes=(new,), fills=True, state=state))
    return left.transformed(*steps)


def looked_up(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    """One column of the look-up table for each row; missing where the key is not in it."""
    keys = [KEY.format(place) for place in range(frame.width)]
    asked = _keyed(frame, frame.columns, match_case=state["match_case"], mixed=state["mixed"]).select(keys)
    known = pl.DataFrame(
        [
            _column(name, values, column_type(asked.schema[name]))
            for name, values in zip(keys, state["keys"], strict=True)
        ]
        + [_column("value", state["values"], state["type"])]
    )
    return asked.join(known, on=keys, how="left", maintain_order="left").select("value")


def _plain(values: pl.Series) -> list[Any]:
    """As JSON can keep it."""
    return values.dt.to_string("iso").to_list() if values.dtype == pl.Datetime("us") else values.to_list()


def _column(name: str, values: list[Any], type_: ColumnType) -> pl.Series:
    if type_ == "date":
        from datetime import datetime

        values = [None if value is None else datetime.fromisoformat(value) for value in values]
    return pl.Series(name, values, dtype=storage_type(type_))


def _require_bearable(first: pl.DataFrame, second: pl.DataFrame, keys: Sequence[str]) -> None:
    """Refuses a join whose repeated keys would make more rows than anybody can use."""
    counts = second.group_by(keys).len("right")
    many = first.group_by(keys).len("left").join(counts, on=keys)
    rows = int(many.select((pl.col("left").cast(pl.UInt64) * pl.col("right")).sum()).item() or 0)
    if rows > MOST_ROWS:
        message = _("The join would have %(rows)s rows, because keys occur many times in both tables.") % {
            "rows": f"{rows:,}"
        }
        hint = _("Choose more key columns, or put Remove Duplicate Rows on the key columns of one side.")
        where = Where(parameter="join_key_columns_for_right_dataset")
        raise Refusal("too_many_rows", message, hint=hint, status=422, where=where)


def _told(table: Table, call: Call) -> Table:
    left, right = call.table("left_dataset").frame.height, call.table("right_dataset").frame.height
    call.report.log(f"{left} rows on the left and {right} on the right give {table.frame.height}.")
    return table
