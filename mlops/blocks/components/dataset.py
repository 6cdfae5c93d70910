"""The data node: one version of a dataset, as the start of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.pipeline import DATASET_COMPONENT

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name=DATASET_COMPONENT,
    version="1",
    title="Dataset",
    group="Data Input and Output",
    help="""The table that everything starts from: one version of a dataset of this project.

**When to use it.** Every pipeline begins with one or more datasets. Drag one from the palette.

**Example.** `automobile-price`, version 1: one row per car, with its make, horsepower and price.

**What comes out.** The table as it was uploaded. A dataset version never changes, so a run with version 1 gives
the same table for ever. A dataset that was uploaded as a zip archive gives a zip file instead,
for components that take one, such as Convert to Image Directory. Leave the version
empty to take the newest one at the moment of the submit.""",
    outputs=(Port(name="dataset", type="any", label="Dataset", help="A table or a zip file."),),
    parameters=(
        Parameter(name="dataset", type="dataset", label="Dataset", required=True, help="Which dataset to read."),
        Parameter(
            name="version",
            type="integer",
            label="Version",
            minimum=1,
            help="Which version of it. Empty: the newest at the moment of the submit.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """The caller, who knows the datasets, passes the shape as input `dataset`."""
    return Derived(outputs={"dataset": inputs.get("dataset", Shape(type="table"))})


def run(call: Call) -> dict[str, Value]:
    """The dispatcher links a dataset's folder to the output by itself; a table given here passes unchanged."""
    return {"dataset": call.table("dataset")}
