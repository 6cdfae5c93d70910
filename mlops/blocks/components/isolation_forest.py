"""Isolation Forest: find rows that few random cuts set apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="isolation_forest",
    version="1",
    title="Isolation Forest",
    group="Anomaly Detection",
    task="anomaly",
    help="""Finds unusual rows: trees cut the table at random places, and a row that few cuts set apart is unusual.

**When to use it.** When anomalies are rare or unknown and effects bend or depend on each other; it needs no scaling
and is quick on big tables. Train it on rows that are mostly usual.

**Example.** A payment at 4 o'clock over 9,000 is alone after three cuts; most are after ten.

**Choices.** A hundred trees of 256 rows each suit most tables. The expected share of anomalies among the training
rows sets where a score passes 0.5. The learner is scikit-learn's isolation forest.

**What comes out.** An untrained model for Train Anomaly Detection Model. Scores are `Scored Labels`, 1 for an
anomaly, and `Scored Probabilities`, from 0 to 1. It cannot learn from missing values: put Clean Missing Data
before.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        (
            Parameter(
                name="number_of_trees",
                type="integer",
                label="Number of trees",
                default=100,
                minimum=1,
                maximum=10_000,
                help="More trees give steadier scores and take longer.",
            ),
            "50; 100; 200",
        ),
        (
            Parameter(
                name="rows_per_tree",
                type="integer",
                label="Rows per tree",
                default=256,
                minimum=2,
                maximum=1_000_000,
                help="How many rows each tree draws at most.",
            ),
            "64; 256; 1024",
        ),
        Parameter(
            name="expected_share_of_anomalies",
            type="decimal",
            label="Expected share of anomalies",
            default=0.01,
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
    from mlops.blocks.learning.anomalies import isolation_forest

    return isolation_forest(parameters, seed=seed)
