"""Multiclass Logistic Regression: predict one of several classes with weighted sums."""

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
    name="multiclass_logistic_regression",
    version="1",
    title="Multiclass Logistic Regression",
    group="Classification",
    task="multiclass",
    help="""Learns to tell several classes apart, such as kinds of flowers: a weighted sum of the columns per
class, turned into probabilities that add up to 1.

**When to use it.** As a first model when the answer is one of a few names: it is quick, and every weight can be
read.

**Example.** A long and narrow petal gives 94 % `virginica`, 6 % `versicolor`, 0 % `setosa`.

**Choices.** The L1 weight removes weak columns, the L2 weight keeps all effects small; both act on the sum of
losses over all rows, after the columns are brought to one scale (mean 0, deviation 1). The optimizer is L-BFGS
with the given memory; it stops at the tolerance or after 500 iterations (50 to 500 on big tables).

**What comes out.** An untrained model for Train Model. The label needs two values or more. It cannot learn from
missing values: put Clean Missing Data before Train Model.""",
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
