"""What all learners share: their output port, the trainer mode, and the value that a training step takes from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

UNTRAINED = (Port(name="untrained_model", type="untrained_model", label="Untrained model"),)

MODE, SINGLE, RANGE = "create_trainer_mode", "single_parameter", "parameter_range"

INSIDE = "learner"
"""In the parameters of a wrapper's untrained model: the learner inside, as `component` and `parameters`."""

TRAINER_MODE = Parameter(
    name=MODE,
    type="choice",
    label="Create trainer mode",
    required=True,
    default=SINGLE,
    choices=(
        Choice(value=SINGLE, label="SingleParameter: one value each"),
        Choice(value=RANGE, label="ParameterRange: values to try"),
    ),
    help="With ranges, Tune Model Hyperparameters finds the best values. Train Model uses the defaults then.",
)

SEED = Parameter(
    name="random_number_seed",
    type="integer",
    label="Random number seed",
    default=0,
    minimum=0,
    maximum=2**31 - 1,
    help="Another number may give a slightly different model. 0 is a fixed seed, not the clock.",
)

UNKNOWN_LEVELS = Parameter(
    name="allow_unknown_categorical_levels",
    type="boolean",
    label="Allow unknown categorical levels",
    default=True,
    help="On: a category that did not occur in training counts as none of the known ones. Off: such a row is refused.",
)

BALANCED = Parameter(
    name="balance_classes",
    type="boolean",
    label="Give all classes the same weight",
    default=False,
    help="For rare classes: each class counts as much as the others, however many rows it has.",
)

Tunable = tuple[Parameter, str]
"""A parameter and the values that its range starts with."""


def learner_parameters(*given: Parameter | Tunable, seed: bool = True, classes: bool = False) -> tuple[Parameter, ...]:
    """The parameters with a trainer mode: a tunable one has a range beside it, of which one is shown by the mode."""
    listed = [TRAINER_MODE]
    for each in given:
        listed += [each] if isinstance(each, Parameter) else [_single(each[0]), _range(each[0], each[1])]
    ends = (*((BALANCED,) if classes else ()), *((SEED,) if seed else ()), UNKNOWN_LEVELS)
    return (*listed, *ends)


def range_name(name: str) -> str:
    return f"{name}_range"


def inner_name(component: str, parameters: Mapping[str, Any]) -> str:
    """The component whose estimator learns in the end: of a wrapper, the learner inside."""
    inside = parameters.get(INSIDE)
    return component if inside is None else str(inside["component"])


def derived(definition: Component, parameters: Mapping[str, Any], *, task: str = "") -> Derived:
    """`task` where a parameter decides it."""
    ranged = parameters.get(MODE) == RANGE
    shape = Shape(type="untrained_model", task=task or definition.task, algorithm=definition.name, ranged=ranged)
    return Derived(outputs={"untrained_model": shape})


def untrained(definition: Component, call: Call, *, task: str = "") -> dict[str, Value]:
    from mlops.blocks.values import Learner

    parameters = dict(call.parameters)
    return {"untrained_model": Learner(component=definition.name, task=task or definition.task, parameters=parameters)}


def _single(parameter: Parameter) -> Parameter:
    return msgspec.structs.replace(parameter, visible_if={**parameter.visible_if, MODE: (SINGLE,)})


def _range(parameter: Parameter, values: str) -> Parameter:
    return Parameter(
        name=range_name(parameter.name),
        type="range",
        label=parameter.label,
        default=values,
        required=True,
        visible_if={**parameter.visible_if, MODE: (RANGE,)},
        help=f"{parameter.help} Values to try, separated by semicolons, or a range such as 1 .. 100 log 3.",
    )
