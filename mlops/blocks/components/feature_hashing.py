"""Feature Hashing: a fixed number of columns for any text, without a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.texts import TEXT_COLUMNS, chosen_texts
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

MOST_DENSE_BITS = 14

DEFINITION = Component(
    name="feature_hashing",
    version="1",
    title="Feature Hashing",
    group="Text Analytics",
    help="""Turns text columns into a fixed number of number columns. Each word or run of words is sent to one of the
columns by a hash function, and the column counts how many of them came.

**When to use it.** When there are too many different words for Extract N-Gram Features from Text, or when the words
to come are not known. The price: two words may share a column, and nobody can say what a column stands for.

**Example.** With 10 bits each text becomes 1,024 counts. `red car` with n-grams of 2 counts three things: `red`,
`car` and `red car`.

**What comes out.** The table with columns `text_HashingFeature.0`, `.1` and so on; leave out the text column with
Select Columns in Dataset before Train Model. With more than 14 bits (16,384 columns) only the columns that these
texts fill come out, because a model learns nothing from the others; put them on another table with the
transformation and Apply Transformation. A model that learns from the columns takes the raw text in a request.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="transformed_dataset", type="table", label="Transformed dataset"),
        Port(name="transformation", type="transformation", label="Transformation"),
    ),
    parameters=(
        Parameter(
            name="target_columns",
            type="columns",
            label="Target column(s)",
            required=True,
            default=TEXT_COLUMNS,
            port="dataset",
            only_types=("string",),
            help="The text columns; each gets its own hash columns.",
        ),
        Parameter(
            name="hashing_bitsize",
            type="integer",
            label="Hashing bitsize",
            required=True,
            default=10,
            minimum=1,
            maximum=31,
            help="10 bits are 1,024 columns, 12 bits 4,096. More bits, fewer words that share a column.",
        ),
        Parameter(
            name="n_grams",
            type="integer",
            label="N-Grams",
            required=True,
            default=2,
            minimum=0,
            maximum=10,
            help="The longest run of words that is counted. 0 and 1: single words only.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    outputs = {"transformed_dataset": Shape(type="table"), "transformation": Shape(type="transformation")}
    if table is None:
        return Derived(outputs=outputs)
    names, problems = chosen_texts(parameters["target_columns"], table, parameter="target_columns")
    bits = parameters["hashing_bitsize"]
    added = [hash_column(name, place) for name in names for place in range(2**bits)] if bits <= MOST_DENSE_BITS else []
    if added and not set(added) & set(table.names):
        columns = (*table.columns, *(Column(name=name, type="decimal") for name in added))
        schema = TableSchema(columns=columns, row_count=table.row_count)
        outputs["transformed_dataset"] = Shape(type="table", table=schema)
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.hashing import hash_features

    return hash_features(call)


def replay(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    from mlops.blocks.hashing import hashed

    return hashed(frame.to_series(), state)


def hash_column(name: str, place: int) -> str:
    return f"{name}_HashingFeature.{place}"
