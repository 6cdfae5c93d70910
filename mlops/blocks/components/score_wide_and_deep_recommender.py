"""Score Wide & Deep Recommender: predict ratings or recommend items, also for new users and items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.recommendation import SCORING_PARAMETERS, derived_scores
from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="score_wide_and_deep_recommender",
    version="1",
    title="Score Wide & Deep Recommender",
    group="Recommendation",
    extra="deep",
    help="""Lets a trained wide and deep recommender predict ratings, or say which items each user will like best.

**When to use it.** After Train Wide & Deep Recommender. *Rating Prediction* needs a table with users in its first
column and items in its second. *Item Recommendation* needs the users only: *From All Items* looks among all items of
the training, *From Unrated Items* among those that the user has not rated there. *From Rated Items* looks among the
items of each user in this table (second column), so that Evaluate Recommender can compare the order with the truth.

**New users and items.** Connect their features, in the columns that training had: the model then knows them as well as
those of the training. Features of the training need not be connected again.

**Example.** For `ann` with at most 2 items: `Recommended Item 1` = Alien, `Recommended Item 2` = Blade Runner.

**What comes out.** Rating Prediction: `User`, `Item` and the predicted `Rating`. Item Recommendation: one row for each
user with `Recommended Item 1` and so on, the best first. It needs the extra `deep`.""",
    inputs=(
        Port(
            name="trained_model",
            type="model",
            label="Trained Wide and Deep recommendation model",
            tasks=("recommendation",),
        ),
        Port(name="dataset_to_score", type="table", label="Dataset to score"),
        Port(name="user_features", type="table", label="User features", optional=True),
        Port(name="item_features", type="table", label="Item features", optional=True),
    ),
    outputs=(Port(name="scored_dataset", type="table", label="Scored dataset"),),
    parameters=SCORING_PARAMETERS,
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived_scores(parameters, inputs, title=DEFINITION.title)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.recommending import score

    estimator = call.model("trained_model").estimator
    user, item = call.optional_table("user_features"), call.optional_table("item_features")
    if hasattr(estimator, "with_features"):
        estimator = estimator.with_features(user, item)
    return score(call, estimator)
