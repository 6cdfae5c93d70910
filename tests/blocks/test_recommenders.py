"""Recommenders predict ratings, rank items, are measured, and answer requests for a user and an item."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.blocks.extras import is_installed
from mlops.blocks.scoring import load_model
from mlops.formats.refusal import Refusal
from tests.blocks.ratings import films, people, ratings, svd, wide_and_deep
from tests.blocks.workshop import Workshop

deep = pytest.mark.skipif(not is_installed("deep"), reason="'deep' is not installed")
RATINGS = {"recommender_prediction_kind": "Rating Prediction"}
ITEMS = {"recommender_prediction_kind": "Item Recommendation", "maximum_number_of_items_to_recommend": 3}
UNRATED = "From Unrated Items (to suggest new items to users)"


def scored(workshop: Workshop, model: Path, frame: pl.DataFrame, parameters: dict[str, Any], **ports: Path) -> Path:
    ports = {"trained_model": model, "dataset_to_score": workshop.put(frame), **ports}
    component = "score_wide_and_deep_recommender" if "user_features" in ports else "score_svd_recommender"
    return workshop.run(component, parameters, **ports)["scored_dataset"]


def metrics(workshop: Workshop, truth: pl.DataFrame, scores: Path) -> dict[str, Any]:
    ports = {"test_dataset": workshop.put(truth), "scored_dataset": scores}
    return workshop.table(workshop.run("evaluate_recommender", {}, **ports)["metric"]).frame.row(0, named=True)


def test_predicted_ratings_come_close_to_the_true_ones(workshop: Workshop) -> None:
    found = metrics(workshop, ratings(), scored(workshop, svd(workshop), ratings(), RATINGS))
    assert found["MAE"] < 0.5
    assert found["MAE"] <= found["RMSE"]
    assert found["Ratings"] == ratings().height


def test_users_get_the_items_of_their_camp(workshop: Workshop) -> None:
    asked = pl.DataFrame({"person": ["user0", "user1"]})
    chosen = {**ITEMS, "recommended_item_selection": "From All Items"}
    table = workshop.table(scored(workshop, svd(workshop), asked, chosen)).frame
    assert table["User"].to_list() == ["user0", "user1"]
    assert [item % 2 for item in table.row(0)[1:]] == [0, 0, 0]
    assert [item % 2 for item in table.row(1)[1:]] == [1, 1, 1]


def test_only_new_items_are_suggested_where_asked(workshop: Workshop) -> None:
    asked = pl.DataFrame({"person": ["user0"]})
    table = workshop.table(scored(workshop, svd(workshop), asked, {**ITEMS, "recommended_item_selection": UNRATED}))
    rated = set(ratings().filter(pl.col("person") == "user0")["film"])
    assert not rated & set(table.frame.row(0)[1:])


def test_the_order_of_rated_items_is_measured(workshop: Workshop) -> None:
    found = metrics(workshop, ratings(), scored(workshop, svd(workshop), ratings(), ITEMS))
    assert found["NDCG"] > 0.95
    assert found["Users"] == 30


def test_ndcg_is_that_of_the_formula(workshop: Workshop) -> None:
    truth = pl.DataFrame({"u": ["a", "a"], "i": ["x", "y"], "r": [3.0, 1.0]})
    scores = workshop.put(pl.DataFrame({"User": ["a"], "Recommended Item 1": ["y"], "Recommended Item 2": ["x"]}))
    expected = (1 + 3 / 1.584962500721156) / (3 + 1 / 1.584962500721156)
    assert metrics(workshop, truth, scores)["NDCG"] == pytest.approx(expected)


def test_a_small_pool_gets_no_recommendation(workshop: Workshop) -> None:
    few = ratings().group_by("person", maintain_order=True).head(2)
    chosen = {**ITEMS, "minimum_size_of_the_recommendation_pool": 3}
    assert workshop.table(scored(workshop, svd(workshop), few, chosen)).frame.height == 0


def test_a_recommender_answers_requests_as_in_the_pipeline(workshop: Workshop) -> None:
    model = svd(workshop)
    pairs = ratings().select("person", "film")
    alone = load_model(model).score(pairs)
    piped = workshop.table(scored(workshop, model, pairs, RATINGS)).frame["Rating"]
    assert alone["Scored Labels"].to_list() == piped.to_list()
    stranger = load_model(model).score(pl.DataFrame({"person": ["nobody"], "film": [999]}))
    assert 2 < stranger["Scored Labels"].item() < 4
    with pytest.raises(Refusal, match="no column 'film'"):
        load_model(model).score(pl.DataFrame({"person": ["user0"]}))


@deep
def test_features_tell_what_a_new_user_likes(workshop: Workshop) -> None:
    model = wide_and_deep(workshop)
    newcomer = pl.DataFrame({"person": ["new"], "camp": ["odd"], "age": [30]})
    ports = {"user_features": workshop.put(newcomer), "item_features": workshop.put(films())}
    asked = pl.DataFrame({"person": ["new"] * 20, "film": list(range(20))})
    table = workshop.table(scored(workshop, model, asked, RATINGS, **ports)).frame
    liked = table.filter(pl.col("Item") % 2 == 1)["Rating"].mean()
    disliked = table.filter(pl.col("Item") % 2 == 0)["Rating"].mean()
    assert isinstance(liked, float)
    assert isinstance(disliked, float)
    assert liked > disliked + 1


@deep
def test_a_wide_and_deep_model_answers_requests_with_the_features_inside(workshop: Workshop) -> None:
    model = wide_and_deep(workshop)
    pairs = ratings().select("person", "film").head(50)
    ports = {"user_features": workshop.put(people()), "item_features": workshop.put(films())}
    piped = workshop.table(scored(workshop, model, pairs, RATINGS, **ports)).frame["Rating"].to_list()
    alone = load_model(model).score(pairs)["Scored Labels"].to_list()
    assert alone == pytest.approx(piped, abs=1e-5)
