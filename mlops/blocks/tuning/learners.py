"""The learners that AutoML tries: ours, by task, the most promising first."""

from __future__ import annotations

from mlops.blocks.catalogue import components
from mlops.blocks.parameters import with_defaults
from mlops.blocks.values import Learner
from mlops.formats.component import Component

FAVOURITES = {
    "regression": (
        "boosted_decision_tree_regression",
        "linear_regression",
        "decision_forest_regression",
        "neural_network_regression",
    ),
    "two_class": (
        "two_class_boosted_decision_tree",
        "two_class_logistic_regression",
        "two_class_decision_forest",
        "two_class_neural_network",
        "two_class_support_vector_machine",
    ),
    "multiclass": (
        "multiclass_boosted_decision_tree",
        "multiclass_logistic_regression",
        "multiclass_decision_forest",
        "multiclass_neural_network",
    ),
}


def learners_for(task: str) -> tuple[Component, ...]:
    known = {component.name: component for component in components()}
    return tuple(known[name] for name in FAVOURITES[task] if name in known)


def as_learner(component: Component) -> Learner:
    return Learner(component=component.name, task=component.task, parameters=with_defaults(component, {}))


def splits_on_values(component: Component) -> bool:
    """Trees do not mind the scale of a column."""
    return "tree" in component.name or "forest" in component.name
