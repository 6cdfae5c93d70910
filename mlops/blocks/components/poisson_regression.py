"""Poisson Regression: predict how often something happens."""

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
    name="poisson_regression",
    version="1",
    title="Poisson Regression",
    group="Regression",
    task="regression",
    help="""Learns to predict a count: the logarithm of the expected number is a weighted sum of the columns.

**When to use it.** For how often something happens: calls an hour, claims a year, bicycles rented. Predictions
are never negative. It is no good for labels below 0, which are refused.

**Example.** A warm day multiplies the rented bicycles by 1.4, rain by 0.6.

**Choices.** The L1 weight removes weak columns, the L2 weight keeps all effects small; both act on the sum of
losses over all rows, after the columns are brought to one scale. The optimizer is L-BFGS; it stops at the
tolerance or after 500 iterations (50 to 500 on big tables).

**What comes out.** An untrained model for Train Model. The label must be a number of at least 0, and need not
be whole. It cannot learn from missing values: put Clean Missing Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*PENALISED, seed=False),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.poisson import poisson

    return poisson(parameters)
