"""Saved Transformation: what a step of an earlier run has fitted, as the start of an inference pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.saved_model import ORIGIN
from mlops.formats.component import Component, Derived, Port, Shape
from mlops.formats.inference import SAVED_TRANSFORMATION

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name=SAVED_TRANSFORMATION,
    version="1",
    title="Saved Transformation",
    group="Web Service",
    help="""What a step of an earlier run learned about the columns: the values that fill gaps, the scale of numbers.

**When to use it.** *Create inference pipeline* puts it where the step was, so that requests are treated as the
training rows were. Connect it to Apply Transformation.

**Example.** *Clean Missing Data* filled gaps in `horsepower` with the mean 104 of the training rows; requests get
the same 104, not the mean of the request.

**What comes out.** That transformation, unchanged. *Update inference pipeline* exchanges it, and the saved models
with it, for those of a newer run.""",
    outputs=(Port(name="transformation", type="transformation", label="Transformation"),),
    parameters=ORIGIN,
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return Derived(outputs={"transformation": Shape(type="transformation")})


def run(call: Call) -> dict[str, Value]:
    """The dispatcher links the kept value to the output by itself; one given here passes unchanged."""
    return {"transformation": call.inputs["transformation"]}
