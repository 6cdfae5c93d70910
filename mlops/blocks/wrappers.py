"""What learners made of a two-class learner share: their input, and the learner inside their untrained model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import INSIDE
from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

INNER = (
    Port(
        name="untrained_model",
        type="untrained_model",
        label="Untrained binary classification model",
        tasks=("two_class",),
    ),
)


def wrapping(definition: Component, inputs: Mapping[str, Shape]) -> Derived:
    shape = Shape(
        type="untrained_model",
        task=definition.task,
        algorithm=definition.name,
        ranged=inputs["untrained_model"].ranged,
    )
    return Derived(outputs={"untrained_model": shape})


def wrapped(definition: Component, call: Call) -> dict[str, Value]:
    from mlops.blocks.values import Learner

    inside = call.learner("untrained_model")
    parameters = {INSIDE: {"component": inside.component, "parameters": inside.parameters}}
    return {"untrained_model": Learner(component=definition.name, task=definition.task, parameters=parameters)}


def inner_estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.catalogue import block

    inside = parameters[INSIDE]
    build: Any = block(inside["component"])
    return build.estimator(inside["parameters"], seed=seed)
