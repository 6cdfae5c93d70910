"""Saved Model: a model that a step of an earlier run has trained, as the start of an inference pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.inference import SAVED_MODEL

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

ORIGIN = (
    Parameter(
        name="run",
        type="string",
        label="Run",
        required=True,
        help="The run that made it. Update inference pipeline puts the newest one here.",
    ),
    Parameter(name="node", type="string", label="Step", required=True, help="The step of that run."),
    Parameter(name="port", type="string", label="Output", required=True, help="The output of that step."),
)

DEFINITION = Component(
    name=SAVED_MODEL,
    version="1",
    title="Saved Model",
    group="Web Service",
    help="""A trained model of an earlier run, with all that it learned.

**When to use it.** *Create inference pipeline* puts it where Train Model was: nothing is trained when requests are
answered. Connect it to Score Model.

**Example.** The model that the step *Train Model* of run 12 made from 144 cars.

**What comes out.** That model, unchanged. *Update inference pipeline* exchanges it, and the saved transformations
with it, for those of a newer run.""",
    outputs=(Port(name="model", type="model", label="Trained model"),),
    parameters=ORIGIN,
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """The caller, who knows the runs, passes the shape as input `model`."""
    return Derived(outputs={"model": inputs.get("model", Shape(type="model"))})


def run(call: Call) -> dict[str, Value]:
    """The dispatcher links the kept value to the output by itself; one given here passes unchanged."""
    return {"model": call.model("model")}
