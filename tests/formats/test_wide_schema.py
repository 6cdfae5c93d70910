"""Schemas of tables with many thousands of columns."""

from __future__ import annotations

import time

import msgspec

from mlops.formats.table import Column, TableSchema


def test_columns_of_a_very_wide_table_are_found_at_once() -> None:
    schema = TableSchema(columns=tuple(Column(name=f"c{place}", type="decimal") for place in range(20_000)))
    start = time.perf_counter()
    assert all(schema.column(name) for name in schema.names)
    assert time.perf_counter() - start < 2.0


def test_a_schema_that_was_asked_is_the_same_schema() -> None:
    asked, other = (TableSchema(columns=(Column(name="a", type="string"),)) for _ in range(2))
    assert asked.column("b") is None
    assert asked == other
    assert msgspec.json.encode(asked) == msgspec.json.encode(other)
    assert msgspec.structs.replace(asked, columns=()).column("a") is None
