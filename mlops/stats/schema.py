"""The designer's five column types seen from Polars: which type a column has, and the one dtype that stands for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.formats.table import Column, ColumnType, TableSchema

if TYPE_CHECKING:
    import polars as pl


def describe_schema(frame: pl.DataFrame | pl.LazyFrame) -> TableSchema:
    """The schema of a frame; `row_count` is filled for an eager one."""
    import polars as pl

    columns = tuple(Column(name=name, type=column_type(dtype)) for name, dtype in frame.collect_schema().items())
    return TableSchema(columns=columns, row_count=frame.height if isinstance(frame, pl.DataFrame) else None)


def column_type(dtype: pl.DataType) -> ColumnType:
    import polars as pl

    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "decimal"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype in (pl.Date, pl.Datetime):
        return "date"
    return "string"


def storage_type(type_: ColumnType) -> pl.DataType:
    """The dtype in which a column of this type is kept between steps."""
    import polars as pl

    types: dict[ColumnType, pl.DataType] = {
        "integer": pl.Int64(),
        "decimal": pl.Float64(),
        "string": pl.String(),
        "boolean": pl.Boolean(),
        "date": pl.Datetime("us"),
    }
    return types[type_]


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table in storage types: times without zone (UTC), NaN and nothing alike as null."""
    import polars as pl

    return frame.select(
        pl.col(name) if _conforms(frame[name]) else _conformed(pl.col(name), dtype).alias(name)
        for name, dtype in frame.schema.items()
    )


def _conforms(values: pl.Series) -> bool:
    """Nothing is to be done, so that the column need not be copied."""
    import polars as pl

    if values.dtype == pl.Float64:
        return not values.is_nan().any()
    return values.dtype == storage_type(column_type(values.dtype))


def _as_text(values: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series(values.name, [None if value is None else str(value) for value in values.to_list()], pl.String)


def _conformed(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    import polars as pl

    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if dtype.is_nested():
        return column.map_batches(_as_text, return_dtype=pl.String)
    if dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    if dtype == pl.UInt64:
        return column.cast(pl.Int64, strict=False)
    wanted = storage_type(column_type(dtype))
    converted = column if dtype == wanted else column.cast(wanted)
    return converted.fill_nan(None) if wanted == pl.Float64 else converted
