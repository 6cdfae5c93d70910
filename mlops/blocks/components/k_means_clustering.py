"""K-Means Clustering: put rows into a number of groups around centres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Choice, Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="k_means_clustering",
    version="1",
    title="K-Means Clustering",
    group="Clustering",
    task="clustering",
    help="""Puts rows into a chosen number of groups, so that each row lies near the centre of its group.

**When to use it.** To find kinds of customers, machines or days without a label that says which is which. Try
several numbers of clusters and compare them with Evaluate Model.

**Example.** Three clusters of shops: small and rural, small and urban, large.

**Choices.** *K-Means++* starts with centres that lie far apart, *Random* with random rows, *First N* with the first
different rows. Small tables get ten starts, of which the best counts. With normalization each column runs from 0 to
1; without, a column of large numbers decides alone. A label column never takes part; *Assign label mode* says what
becomes of it in the results.

**What comes out.** An untrained model for Train Clustering Model. It cannot learn from missing values: put Clean
Missing Data before.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        (
            Parameter(
                name="number_of_centroids",
                type="integer",
                label="Number of centroids",
                default=2,
                minimum=2,
                maximum=1_000,
                help="How many groups there will be.",
            ),
            "2; 3; 4; 5",
        ),
        Parameter(
            name="initialization",
            type="choice",
            label="Initialization",
            required=True,
            default="k_means_plus_plus",
            choices=(
                Choice(value="first_n", label="First N"),
                Choice(value="random", label="Random"),
                Choice(value="k_means_plus_plus", label="K-Means++"),
            ),
            help="Where the centres are at first.",
        ),
        Parameter(
            name="metric",
            type="choice",
            label="Metric",
            required=True,
            default="euclidean",
            choices=(Choice(value="euclidean", label="Euclidean"),),
            help="How the distance to a centre is measured.",
        ),
        Parameter(
            name="iterations",
            type="integer",
            label="Iterations",
            default=100,
            minimum=1,
            maximum=10_000,
            help="How often centres may move at most.",
        ),
        Parameter(
            name="assign_label_mode",
            type="choice",
            label="Assign label mode",
            required=True,
            default="ignore",
            choices=(
                Choice(value="ignore", label="Ignore label column"),
                Choice(value="fill_missing_values", label="Fill missing values"),
                Choice(value="overwrite", label="Overwrite from closest to center"),
            ),
            help="Fill: a missing label becomes the commonest of its cluster. Overwrite: all become the nearest one's.",
        ),
        Parameter(
            name="normalize_features",
            type="boolean",
            label="Normalize features",
            default=True,
            help="Bring each column to the range from 0 to 1 first.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.clusters import k_means

    return k_means(parameters, seed=seed)
