"""What all learners share: one output port, and the value that Train Model takes from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.formats.component import Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

UNTRAINED = (Port(name="untrained_model", type="untrained_model", label="Untrained model"),)

BOOSTED_TREE_PARAMETERS = (
    Parameter(
        name="maximum_number_of_leaves_per_tree",
        type="integer",
        label="Maximum number of leaves per tree",
        default=20,
        minimum=2,
        maximum=131_072,
        help="How many cases one tree may tell apart. More leaves fit finer patterns, and noise as well.",
    ),
    Parameter(
        name="minimum_number_of_training_instances_required_to_form_a_leaf",
        type="integer",
        label="Minimum number of training instances required to form a leaf",
        default=10,
        minimum=1,
        help="A leaf must stand for at least so many rows. More rows make the model more cautious.",
    ),
    Parameter(
        name="learning_rate",
        type="decimal",
        label="Learning rate",
        default=0.2,
        minimum=0,
        maximum=1,
        exclusive_minimum=True,
        help="How much each tree corrects. Smaller values need more trees.",
    ),
    Parameter(
        name="number_of_trees",
        type="integer",
        label="Total number of trees constructed",
        default=100,
        minimum=1,
        maximum=10_000,
        help="How many trees are added one after another.",
    ),
    Parameter(
        name="random_number_seed",
        type="integer",
        label="Random number seed",
        default=0,
        minimum=0,
        maximum=2**31 - 1,
        help="Another number may give a slightly different model. 0 is a fixed seed, not the clock.",
    ),
)

LOGISTIC_PARAMETERS = (
    Parameter(
        name="optimization_tolerance",
        type="decimal",
        label="Optimization tolerance",
        default=1e-7,
        minimum=0,
        exclusive_minimum=True,
        help="Stop when an iteration improves the fit by less than this share.",
    ),
    Parameter(
        name="l1_regularization_weight",
        type="decimal",
        label="L1 regularization weight",
        default=1.0,
        minimum=0,
        help="Pushes weak columns to exactly no effect. 0 turns it off.",
    ),
    Parameter(
        name="l2_regularization_weight",
        type="decimal",
        label="L2 regularization weight",
        default=1.0,
        minimum=0,
        help="Keeps all effects small. 0 turns it off.",
    ),
    Parameter(
        name="memory_size",
        type="integer",
        label="Memory size for L-BFGS",
        default=20,
        minimum=1,
        maximum=1000,
        help="How many past steps the optimizer remembers. More may need fewer iterations.",
    ),
)


def derived(definition: Component) -> Derived:
    shape = Shape(type="untrained_model", task=definition.task, algorithm=definition.name)
    return Derived(outputs={"untrained_model": shape})


def untrained(definition: Component, call: Call) -> dict[str, Value]:
    from mlops.blocks.values import Learner

    learner = Learner(component=definition.name, task=definition.task, parameters=dict(call.parameters))
    return {"untrained_model": learner}
