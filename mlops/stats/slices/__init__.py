"""Cuts the rows of one window out of a table: by time, by number or by place; and says which batches there are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

MOST_VALUES = 100_000


class SliceOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`axis`: a column; empty with `first` and `last`: rows by their place. `target`: the Parquet file to write; empty:
    the distinct values of the axis are wanted."""

    source: str = ""
    sources: tuple[str, ...] = ()
    """Several files in place of one, read one after the other."""
    answer: str
    target: str = ""
    axis: str = ""
    start: datetime | None = None
    end: datetime | None = None
    """[start, end), in UTC as are times without a zone."""
    value: float | None = None
    first: int = 0
    last: int | None = None
    columns: dict[str, str] = {}
    """From the name to write to the name in the file; empty: all as they are."""
    meta: str = ""
    """A file to write the table's TableMeta to, as tables between steps have it."""


class SliceAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    rows: int = 0
    values: tuple[float, ...] = ()
    refusal: dict[str, Any] | None = None


def cut(order: SliceOrder) -> SliceAnswer:
    """Streams: memory does not grow with the table. Raises Refusal."""
    import polars as pl

    table = pl.scan_parquet([order.source] if order.source else list(order.sources))
    if order.axis and order.axis not in table.collect_schema().names():
        raise Refusal(
            "axis_unknown",
            _("The table has no column “%(axis)s” to order rows by.") % {"axis": order.axis},
            hint=_("The newest version of the dataset may have other columns: change the monitor's axis."),
        )
    if not order.target:
        return SliceAnswer(values=_values(table.select(order.axis), order.axis))
    table = _chosen(table, order)
    if order.columns:
        table = table.select(pl.col(there).alias(name) for name, there in order.columns.items())
    table.sink_parquet(order.target)
    if order.meta:
        _write_meta(order)
    rows = int(pl.scan_parquet(order.target).select(pl.len()).collect().item())
    return SliceAnswer(rows=rows)


def _write_meta(order: SliceOrder) -> None:
    import polars as pl

    from mlops.formats.transform import TableMeta
    from mlops.stats.schema import describe_schema

    table = pl.scan_parquet(order.target)
    schema = describe_schema(table)
    Path(order.meta).write_bytes(msgspec.json.encode(TableMeta(schema=schema, source=schema)))


def _chosen(table: Any, order: SliceOrder) -> Any:
    import polars as pl

    if not order.axis:
        return table.slice(order.first, None if order.last is None else order.last - order.first)
    column = pl.col(order.axis)
    if order.value is not None:
        return table.filter(column == order.value)
    kind = table.collect_schema()[order.axis]
    zone = getattr(kind, "time_zone", None)
    for moment, keep in ((order.start, column.ge), (order.end, column.lt)):
        if moment is not None:
            table = table.filter(keep(_literal(moment, kind, zone)))
    return table


def _literal(moment: datetime, kind: Any, zone: str | None) -> Any:
    import polars as pl

    moment = moment.astimezone(UTC)
    if zone:
        return pl.lit(moment).dt.convert_time_zone(zone)
    naive = pl.lit(moment.replace(tzinfo=None))
    return naive.cast(pl.Datetime("us")) if kind != pl.Date else naive.dt.date()


def _values(table: Any, axis: str) -> tuple[float, ...]:
    found = table.unique().drop_nulls().sort(axis).head(MOST_VALUES + 1).collect()[axis].to_list()
    if len(found) > MOST_VALUES:
        raise Refusal(
            "batches_too_many",
            _("The column “%(axis)s” has more than %(most_values)s values: too many to be batches.")
            % {"axis": axis, "most_values": f"{MOST_VALUES:,}"},
            hint=_("Choose a column with the number of a batch, or the order of rows (@rows)."),
        )
    return tuple(float(one) for one in found)


def answer(order: SliceOrder) -> None:
    """Cuts, and writes what came of it beside."""
    try:
        found = cut(order)
    except Refusal as refusal:
        found = SliceAnswer(refusal=refusal.as_problem())
    Path(order.answer).write_bytes(msgspec.json.encode(found))
