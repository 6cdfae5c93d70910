"""Multiclass K-Nearest Neighbors: tell several classes apart from the most similar rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import NEIGHBORS
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="multiclass_k_nearest_neighbors",
    version="1",
    title="Multiclass K-Nearest Neighbors",
    group="Classification",
    task="multiclass",
    help="""Predicts from the rows most similar to the new one: the share of them in each class.

**When to use it.** When rows that look alike have like answers, and there are few columns. There is nothing to
learn, so training is instant; scoring compares with every training row, so large tables score slowly.

**Example.** Of the five most similar flowers four are `setosa`, one is `virginica`: 0.8 and 0.2.

**Choices.** Few neighbors follow each detail, many give a smooth answer. *Weighting by closeness* lets near rows
count more. Columns are brought to one scale first, else the one with the largest numbers decides alone. Missing
values must be cleaned before. A column of weights is refused: every row is a neighbor like the others.

**What comes out.** An untrained model for Train Model. The label may have any number of classes.
The model holds the numbers of all training rows: take care whom you give it to.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*NEIGHBORS, seed=False),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.neighbors import neighbors_classifier

    return neighbors_classifier(parameters)
