"""Multiclass Naive Bayes: tell several classes apart by how each column looks in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import NAIVE_BAYES
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="multiclass_naive_bayes",
    version="1",
    title="Multiclass Naive Bayes",
    group="Classification",
    task="multiclass",
    help="""Learns how each column looks in each class, and picks the class that fits best.
It treats the columns as independent of each other (naive Bayes with a bell curve for each column).

**When to use it.** As a quick first model, with few rows, or with very many columns. Its classes are often right
while its probabilities are too sure of themselves.

**Example.** A wine with much alcohol and little acid is `red` with 0.9.

**Choices.** *Smoothing* widens every bell curve by a share of the widest; raise it when single columns decide too
much. Missing values must be cleaned before.

**What comes out.** An untrained model for Train Model. The label may have any number of classes.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*NAIVE_BAYES, seed=False, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.naive_bayes import naive_bayes

    return naive_bayes(parameters)
