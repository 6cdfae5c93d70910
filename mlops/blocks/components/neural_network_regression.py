"""Neural Network Regression: predict a number with a neural network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.layers import layer_problems
from mlops.blocks.learner_families import networks
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="neural_network_regression",
    version="1",
    title="Neural Network Regression",
    group="Regression",
    task="regression",
    help="""Learns to predict a number with a neural network: layers of nodes, each of which weighs what the
nodes before it say and bends the sum.

**When to use it.** When effects bend smoothly and there are many rows. Try boosted trees first on small tables:
they need less care.

**Example.** The consumption of a car from weight and power, where each more kilogram counts more than the last.

**Choices.** *Number of hidden nodes* is one layer of 100 by default; `50, 20` makes two. The weights are
improved by gradient descent, in at most 500 steps an iteration, so that small tables go row by row. A training
that diverges is refused: lower the learning rate then. On very big tables fewer iterations are made, and the
log says so.

**What comes out.** An untrained model for Train Model. The label must be a number. It cannot learn from missing
values: put Clean Missing Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*networks(learning_rate=0.005, rates="0.005; 0.01", largest_rate=0.1)),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    shapes = derived(DEFINITION, parameters)
    return Derived(outputs=shapes.outputs, problems=layer_problems(parameters))


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.networks import network_regressor

    return network_regressor(parameters, seed=seed)
