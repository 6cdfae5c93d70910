"""One-Class Support Vector Machine: draw a boundary around the usual rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="one_class_support_vector_machine",
    version="1",
    title="One-Class Support Vector Machine",
    group="Anomaly Detection",
    task="anomaly",
    help="""Finds unusual rows: it draws a smooth boundary around the training rows, and a row outside is unusual.

**When to use it.** When the training rows are all usual, and there are some thousand at most. On more than 10,000
rows the boundary is drawn around so many of them; use Isolation Forest there.

**Example.** Temperature and pressure of a machine that runs well; later values outside of what they filled are
reported.

**Choices.** The expected share of anomalies says how many training rows may lie outside. The learner is
scikit-learn's, with a radial kernel on columns of mean 0 and deviation 1.

**What comes out.** An untrained model for Train Anomaly Detection Model. Scores are `Scored Labels`, 1 for an
anomaly, and `Scored Probabilities`, from 0 to 1. It cannot learn from missing values: put Clean Missing Data
before.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        Parameter(
            name="expected_share_of_anomalies",
            type="decimal",
            label="Expected share of anomalies",
            default=0.05,
            minimum=0,
            maximum=0.5,
            exclusive_minimum=True,
            help="The share of the training rows that count as anomalies, with a score above 0.5.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.anomalies import one_class

    return one_class(parameters, seed=seed)
