"""Web Service Output: what an inference pipeline answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.inference import SERVICE_OUTPUT

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name=SERVICE_OUTPUT,
    version="1",
    title="Web Service Output",
    group="Web Service",
    help="""What the deployed pipeline answers: the columns of the table that is connected here.

**When to use it.** Once in each real-time inference pipeline; *Create inference pipeline* places it behind Score
Model. Put Select Columns in Dataset before it to answer with fewer columns.

**Example.** Behind Score Model: each row of the request comes back with `Scored Labels`, the predicted price.

**What comes out.** The table that came in, so that you see an answer when you run the pipeline here.""",
    inputs=(Port(name="answer", type="table", label="Answer"),),
    outputs=(Port(name="response", type="table", label="Response"),),
    parameters=(
        Parameter(
            name="name",
            type="string",
            label="Name",
            required=True,
            default="output1",
            help="The name of this output in the service.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return Derived(outputs={"response": Shape(type="table", table=inputs["answer"].table)})


def run(call: Call) -> dict[str, Value]:
    return {"response": call.table("answer")}
