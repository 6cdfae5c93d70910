"""Score SVD Recommender: predict ratings, or recommend items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.recommendation import SCORING_PARAMETERS, derived_scores
from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="score_svd_recommender",
    version="1",
    title="Score SVD Recommender",
    group="Recommendation",
    help="""Lets a trained recommender predict ratings, or say which items each user will like best.

**When to use it.** After Train SVD Recommender. *Rating Prediction* needs a table with users in its first column and
items in its second. *Item Recommendation* needs the users only: *From All Items* looks among all items of the
training, *From Unrated Items* among those that the user has not rated there. *From Rated Items* looks among the items
of each user in this table (second column), so that Evaluate Recommender can compare the order with the truth.

**Example.** For `ann` with at most 2 items: `Recommended Item 1` = Alien, `Recommended Item 2` = Blade Runner.

**What comes out.** Rating Prediction: `User`, `Item` and the predicted `Rating`. Item Recommendation: one row for each
user with `Recommended Item 1`, `Recommended Item 2` and so on, the best first. Users with too few items to choose from
are left out, and the log counts them.""",
    inputs=(
        Port(name="trained_model", type="model", label="Trained SVD recommendation", tasks=("recommendation",)),
        Port(name="dataset_to_score", type="table", label="Dataset to score"),
    ),
    outputs=(Port(name="scored_dataset", type="table", label="Scored dataset"),),
    parameters=SCORING_PARAMETERS,
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived_scores(parameters, inputs, title=DEFINITION.title)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.recommending import score

    return score(call, call.model("trained_model").estimator)
