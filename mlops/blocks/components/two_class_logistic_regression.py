"""Two-Class Logistic Regression: predict one of two classes with a weighted sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import PENALISED
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="two_class_logistic_regression",
    version="1",
    title="Two-Class Logistic Regression",
    group="Classification",
    task="two_class",
    help="""Learns to tell two classes apart with a weighted sum of the columns, turned into a probability
between 0 and 1.

**When to use it.** As a first model for yes/no questions: it is quick, and every weight can be read. Use
boosted trees when effects bend or depend on each other.

**Example.** Each more year of age adds a little to the chance of `churn`, a long contract takes a lot away.

**Choices.** The L1 weight removes weak columns, the L2 weight keeps all effects small; both act on the sum of
losses over all rows, after the columns are brought to one scale (mean 0, deviation 1). The optimizer is L-BFGS
with the given memory; it stops at the tolerance or after 500 iterations (50 to 500 on big tables).

**What comes out.** An untrained model for Train Model. The label must have exactly two values; the second in
alphabetical (or numerical) order is the positive one. It cannot learn from missing values: put Clean Missing
Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*PENALISED, seed=False, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.logistic import logistic

    return logistic(parameters)
