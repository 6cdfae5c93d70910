from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mlops.blocks.catalogue import components, derive
from mlops.blocks.scoring import load_model
from mlops.formats.component import Shape
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars

DETECTORS = [each.name for each in components() if each.task == "anomaly"]
DRAW = np.random.default_rng(5)


def blobs() -> pl.DataFrame:
    """Three groups of 50 rows; the second column is large."""
    centres = np.repeat([[0.0, 0.0], [10.0, 0.0], [0.0, 9_000.0]], 50, axis=0)
    cells = centres + DRAW.normal(size=(150, 2)) * [1, 900]
    return pl.DataFrame({"a": cells[:, 0], "b": cells[:, 1], "kind": np.repeat(["x", "y", "z"], 50)})


def clustered(workshop: Workshop, frame: pl.DataFrame, **options: object) -> dict[str, Path]:
    data = workshop.put(frame)
    marked = workshop.run("edit_metadata", {"column": ["kind"], "fields": "labels"}, dataset=data)["results_dataset"]
    learner = workshop.run("k_means_clustering", {"number_of_centroids": 3, **options})["untrained_model"]
    columns = {"column_set": ["a", "b", "kind"]}
    return workshop.run("train_clustering_model", columns, untrained_model=learner, dataset=marked)


@pytest.mark.parametrize("start", ["first_n", "random", "k_means_plus_plus"])
def test_k_means_finds_the_groups(workshop: Workshop, start: str) -> None:
    frame = blobs().sample(fraction=1, shuffle=True, seed=1)
    results = workshop.table(clustered(workshop, frame, initialization=start)["results_dataset"]).frame
    assert results.group_by("kind").agg(pl.col("Assignments").n_unique())["Assignments"].max() == 1
    assert [name for name in results.columns if name.startswith("Distances")] == [
        f"DistancesToClusterCenter no.{number}" for number in range(3)
    ]


def test_a_clustering_scores_alone_as_in_the_pipeline(workshop: Workshop) -> None:
    data = workshop.put(cars(gaps=True))
    filled = workshop.run("clean_missing_data", {"cleaning_mode": "replace_with_mode"}, dataset=data)["cleaned_dataset"]
    learner = workshop.run("k_means_clustering")["untrained_model"]
    columns = {"column_set": ["make", "power", "weight", "turbo"]}
    trained = workshop.run("train_clustering_model", columns, untrained_model=learner, dataset=filled)
    results = workshop.table(trained["results_dataset"]).frame
    alone = load_model(trained["trained_model"]).score(cars(gaps=True))
    assert alone.equals(results.select(alone.columns))
    assigned = workshop.run("assign_data_to_clusters", {}, trained_model=trained["trained_model"], dataset=filled)
    assert workshop.table(assigned["results_dataset"]).frame.equals(results)


def test_missing_labels_are_filled_from_their_cluster(workshop: Workshop) -> None:
    gaps = blobs().with_columns(kind=pl.when(pl.int_range(pl.len()) % 4 == 0).then(None).otherwise("kind"))
    results = clustered(workshop, gaps, assign_label_mode="fill_missing_values")["results_dataset"]
    assert workshop.table(results).frame["kind"].equals(blobs()["kind"])


def test_labels_are_overwritten_by_the_one_nearest_to_the_centre(workshop: Workshop) -> None:
    noisy = blobs().with_columns(kind=pl.when(pl.col("a") < -1.8).then(pl.lit("y")).otherwise("kind"))
    assert not noisy.equals(blobs())
    results = clustered(workshop, noisy, assign_label_mode="overwrite")["results_dataset"]
    assert workshop.table(results).frame["kind"].equals(blobs()["kind"])


def test_more_clusters_than_different_rows_are_refused(workshop: Workshop) -> None:
    frame = blobs().with_columns(a=pl.lit(1.0), b=pl.lit(2.0)).head(10)
    with pytest.raises(Refusal, match="2 clusters need as many different rows; there are 1") as caught:
        clustered(workshop, frame, number_of_centroids=2)
    assert caught.value.code == "too_few_rows"


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_detector_finds_rows_that_break_the_rule(workshop: Workshop, detector: str) -> None:
    usual = DRAW.normal(size=(500, 1)) @ [[1.0, -2.0, 3.0, 1.0]] + DRAW.normal(size=(500, 4)) * 0.1
    odd = np.array([[2.5, 5.0, -7.5, 3.0], [-2.5, -5.0, 7.5, 2.0]])
    rows = pl.DataFrame(np.vstack([usual, odd]), schema=["a", "b", "c", "d"])
    learner = workshop.run(detector)["untrained_model"]
    inputs = {"untrained_model": learner, "dataset": workshop.put(rows.head(500))}
    model = workshop.run("train_anomaly_detection_model", {}, **inputs)["trained_model"]
    scored = load_model(model).score(rows)
    assert scored["Scored Labels"].tail(2).to_list() == [1, 1]
    assert scored["Scored Labels"].head(500).mean() < 0.1
    assert scored["Scored Probabilities"].is_between(0, 1).all()


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_detector_is_scored_and_evaluated_with_a_label(workshop: Workshop, detector: str) -> None:
    frame = cars().drop("make").with_columns(odd=(pl.int_range(pl.len()) % 40 == 0).cast(pl.Int64))
    frame = frame.with_columns(weight=pl.when(pl.col("odd") == 1).then(9_000.0).otherwise("weight"))
    data = workshop.run("edit_metadata", {"column": ["odd"], "fields": "labels"}, dataset=workshop.put(frame))
    learner = workshop.run(detector, {"expected_share_of_anomalies": 0.03})["untrained_model"]
    inputs = {"untrained_model": learner, "dataset": data["results_dataset"]}
    model = workshop.run("train_anomaly_detection_model", {}, **inputs)["trained_model"]
    scored = workshop.run("score_model", {}, trained_model=model, dataset=data["results_dataset"])
    workshop.run("evaluate_model", {}, **scored)
    assert workshop.report.metrics["auc"] > 0.9


def test_more_components_than_columns_are_refused(workshop: Workshop) -> None:
    learner = workshop.run("pca_based_anomaly_detection", {"number_of_components_to_use_in_pca": 9})
    data = workshop.put(cars().select("power", "weight"))
    with pytest.raises(Refusal) as caught:
        workshop.run("train_anomaly_detection_model", {}, **learner, dataset=data)
    assert caught.value.code == "too_many_components"


def test_train_model_takes_no_detector() -> None:
    shapes = {"untrained_model": Shape(type="untrained_model", task="anomaly"), "dataset": Shape(type="table")}
    problems = derive("train_model", None, {"label_column": "price"}, shapes).problems
    assert [problem.code for problem in problems] == ["input_task"]
