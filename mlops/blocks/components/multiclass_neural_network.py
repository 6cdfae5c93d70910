"""Multiclass Neural Network: predict one of several classes with a neural network."""

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
    name="multiclass_neural_network",
    version="1",
    title="Multiclass Neural Network",
    group="Classification",
    task="multiclass",
    help="""Learns to tell several classes apart with a neural network: layers of nodes, each of which weighs
what the nodes before it say and bends the sum.

**When to use it.** When effects bend smoothly and there are many rows. Try boosted trees first on small tables:
they need less care.

**Example.** Which of ten digits a picture of 64 pixels shows.

**Choices.** *Number of hidden nodes* is one layer of 100 by default; `50, 20` makes two. The weights are
improved by gradient descent, in at most 500 steps an iteration, so that small tables go row by row. A training
that diverges is refused: lower the learning rate then. On very big tables fewer iterations are made, and the
log says so.

**What comes out.** An untrained model for Train Model. The label may have any number of classes. It cannot
learn from missing values: put Clean Missing Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*networks(learning_rate=0.1, rates="0.1; 0.2; 0.4", largest_rate=1), classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    shapes = derived(DEFINITION, parameters)
    return Derived(outputs=shapes.outputs, problems=layer_problems(parameters))


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.networks import network_classifier

    return network_classifier(parameters, seed=seed)
