"""Train SVD Recommender: learn from ratings who likes what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.recommendation import derived_model
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value
    from mlops.formats.model import ModelManifest

DEFINITION = Component(
    name="train_svd_recommender",
    version="1",
    title="Train SVD Recommender",
    group="Recommendation",
    help="""Learns from ratings who likes what: every user and every item gets a list of hidden factors, and a rating
is high where the two lists go together.

**When to use it.** For a table of users, items and ratings, in this order of columns. Each user may rate an item
once. Users and items need nothing but an identifier; if more is known of them, Train Wide & Deep Recommender uses it.

**Example.** `ann, Alien, 5`, `ann, Titanic, 1`, `bob, Alien, 4`: bob has not seen Titanic, and is predicted to dislike
it, because he is like ann.

**What comes out.** A trained model for Score SVD Recommender. Deployed as an endpoint it takes a user and an item and
answers the predicted rating. A user or an item that training did not have counts as an average one.""",
    inputs=(Port(name="training_dataset", type="table", label="Training dataset of user-item-rating triples"),),
    outputs=(Port(name="trained_model", type="model", label="Trained SVD recommendation"),),
    parameters=(
        Parameter(
            name="number_of_factors",
            type="integer",
            label="Number of factors",
            required=True,
            default=200,
            minimum=1,
            maximum=2000,
            help="How many hidden factors. More fit finer tastes, and noise as well.",
        ),
        Parameter(
            name="number_of_recommendation_algorithm_iterations",
            type="integer",
            label="Number of recommendation algorithm iterations",
            required=True,
            default=30,
            minimum=1,
            maximum=10_000,
            help="How often all ratings are gone through.",
        ),
        Parameter(
            name="learning_rate",
            type="decimal",
            label="Learning rate",
            required=True,
            default=0.005,
            minimum=0,
            maximum=2,
            exclusive_minimum=True,
            help="How far one rating moves the factors.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived_model(DEFINITION.name, inputs["training_dataset"].table, port="training_dataset")


def run(call: Call) -> dict[str, Value]:
    import numpy as np

    from mlops.blocks.factorizing import factorize
    from mlops.blocks.recommenders import as_model, read_triples
    from mlops.formats.refusal import Refusal, Where

    table, chosen = call.table("training_dataset"), call.parameters
    estimator = factorize(
        read_triples(table, port="training_dataset"),
        factors=chosen["number_of_factors"],
        iterations=chosen["number_of_recommendation_algorithm_iterations"],
        rate=chosen["learning_rate"],
        seed=call.seed,
        report=call.report,
    )
    if not all(np.isfinite(values).all() for values in estimator.weights.values()):
        message = _("The training diverged: the factors are no finite numbers.")
        where = Where(parameter="learning_rate")
        raise Refusal("training_diverged", message, hint=_("Lower the learning rate."), status=422, where=where)
    return {"trained_model": as_model(DEFINITION, estimator, table, chosen, framework="numpy")}


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    from mlops.blocks.recommenders import rate_pairs

    return rate_pairs(manifest, estimator, frame)
