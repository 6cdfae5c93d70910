"""K-Nearest Neighbors Regression: predict a number from the most similar rows."""

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
    name="k_nearest_neighbors_regression",
    version="1",
    title="K-Nearest Neighbors Regression",
    group="Regression",
    task="regression",
    help="""Predicts from the rows most similar to the new one: the mean of their labels.

**When to use it.** When rows that look alike have like answers, and there are few columns. There is nothing to
learn, so training is instant; scoring compares with every training row, so large tables score slowly.

**Example.** The five flats most like this one let for 900 on average: 900.

**Choices.** Few neighbors follow each detail, many give a smooth answer. *Weighting by closeness* lets near rows
count more. Columns are brought to one scale first, else the one with the largest numbers decides alone. Missing
values must be cleaned before. A column of weights is refused: every row is a neighbor like the others.

**What comes out.** An untrained model for Train Model. The label must be a number.
The model holds the numbers of all training rows: take care whom you give it to.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*NEIGHBORS, seed=False),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.neighbors import neighbors_regressor

    return neighbors_regressor(parameters)
