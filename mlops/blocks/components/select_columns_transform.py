"""Select Columns Transform: a choice of columns as a transformation that other tables can be put through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="select_columns_transform",
    version="1",
    title="Select Columns Transform",
    group="Data Transformation",
    help="""Remembers which columns a table has, as a transformation that brings other tables to the same columns.

**When to use it.** Columns were chosen by what is in the data, for example with Filter Based Feature Selection, and
later tables must keep exactly these columns, whatever theirs would say.

**Example.** Feature selection keeps `power`, `weight` and the label `price` out of 26 columns. Connect its result
here, and the output to Apply Transformation with the test table: it then has these three columns as well.

**Choices.** There is nothing to set.

**What comes out.** The transformation. Put through it, a table must have every column of the list; its other
columns are dropped.""",
    inputs=(Port(name="dataset", type="table", label="Dataset with desired columns"),),
    outputs=(Port(name="columns_selection_transformation", type="transformation", label="Columns selection"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return Derived(outputs={"columns_selection_transformation": Shape(type="transformation")})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, KeepColumns

    names = call.table("dataset").schema.names
    call.report.log("Columns: " + ", ".join(names) + ".")
    transform = FittedTransform(transforms=(KeepColumns(columns=names),))
    return {"columns_selection_transformation": FittedTransformValue(transform=transform)}
