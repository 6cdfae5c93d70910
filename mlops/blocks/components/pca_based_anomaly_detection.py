"""PCA-Based Anomaly Detection: find rows that the main directions cannot explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="pca_based_anomaly_detection",
    version="1",
    title="PCA-Based Anomaly Detection",
    group="Anomaly Detection",
    task="anomaly",
    help="""Finds unusual rows: what usual rows have in common is kept in a few main directions, and a row that they
cannot describe is unusual.

**When to use it.** When anomalies are rare or unknown, so that a classifier has nothing to learn from: fraud,
failing machines, wrong entries. Train it on rows that are mostly usual.

**Example.** Weight and length of parts go together; a part that is long and light is unusual, though neither number
is.

**Choices.** More components describe the usual rows better; there must be fewer than columns. The expected share of
anomalies among the training rows sets where a score passes 0.5. The main directions are found by randomized
principal component analysis, on columns of one scale.

**What comes out.** An untrained model for Train Anomaly Detection Model. Scores are `Scored Labels`, 1 for an
anomaly, and `Scored Probabilities`, from 0 to 1 by the error of the description. It cannot learn from missing
values: put Clean Missing Data before.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        (
            Parameter(
                name="number_of_components_to_use_in_pca",
                type="integer",
                label="Number of components to use in PCA",
                default=2,
                minimum=1,
                maximum=1_000,
                help="How many main directions are kept.",
            ),
            "2; 4; 6; 8; 10",
        ),
        Parameter(
            name="oversampling_parameter_for_randomized_pca",
            type="integer",
            label="Oversampling parameter for randomized PCA",
            default=2,
            minimum=0,
            maximum=1_000,
            help="More directions that are tried to find the main ones exactly.",
        ),
        Parameter(
            name="enable_input_feature_mean_normalization",
            type="boolean",
            label="Enable input feature mean normalization",
            default=False,
            help="Bring each column to a mean of 0 first.",
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
    from mlops.blocks.learning.anomalies import main_directions

    return main_directions(parameters, seed=seed)
