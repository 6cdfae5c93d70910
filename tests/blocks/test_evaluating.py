from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest

from mlops.blocks.catalogue import component
from mlops.formats.evaluation import EVALUATION_FILE, Evaluation
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import LABELS, LEARNERS, Workshop, cars


def scored(workshop: Workshop, learner: str) -> dict[str, object]:
    data = workshop.put(cars())
    model = workshop.trained(learner, data)
    return {"scored_dataset": workshop.run("score_model", {}, trained_model=model, dataset=data)["scored_dataset"]}


@pytest.mark.parametrize("learner", [name for name in LEARNERS if component(name).task != "quantile"])
def test_every_learner_is_better_than_guessing(workshop: Workshop, learner: str) -> None:
    results = workshop.run("evaluate_model", {}, **scored(workshop, learner))["evaluation_results"]
    evaluation = msgspec.json.decode((results / EVALUATION_FILE).read_bytes(), type=Evaluation)
    metrics = evaluation.evaluated[0].metrics
    best = next(metrics[key] for key in ("coefficient_of_determination", "auc", "overall_accuracy") if key in metrics)
    assert best > 0.85
    assert workshop.report.metrics == metrics
    assert workshop.table(results).frame.height == 1
    assert evaluation.evaluated[0].rows == 120


def test_the_label_is_marked_in_the_scored_table(workshop: Workshop) -> None:
    table = workshop.table(scored(workshop, "linear_regression")["scored_dataset"])
    assert [column.name for column in table.schema.columns if column.role == "label"] == [LABELS["linear_regression"]]


def test_two_models_are_compared_side_by_side(workshop: Workshop) -> None:
    first = scored(workshop, "linear_regression")["scored_dataset"]
    second = scored(workshop, "boosted_decision_tree_regression")["scored_dataset"]
    inputs = {"scored_dataset": first, "scored_dataset_to_compare": second}
    results = workshop.run("evaluate_model", {}, **inputs)["evaluation_results"]
    assert workshop.table(results).frame.height == 2
    assert "compare_mean_absolute_error" in workshop.report.metrics


def test_models_of_different_kinds_cannot_be_compared(workshop: Workshop) -> None:
    first = scored(workshop, "linear_regression")["scored_dataset"]
    second = scored(workshop, "two_class_logistic_regression")["scored_dataset"]
    with pytest.raises(Refusal) as caught:
        workshop.run("evaluate_model", {}, scored_dataset=first, scored_dataset_to_compare=second)
    assert caught.value.code == "tasks_differ"


def test_a_table_without_scores_is_refused(workshop: Workshop) -> None:
    with pytest.raises(Refusal, match="no score column"):
        workshop.run("evaluate_model", {}, scored_dataset=workshop.put(cars()))


def test_scoring_twice_replaces_the_scores(workshop: Workshop) -> None:
    data = workshop.put(cars())
    model = workshop.trained("two_class_logistic_regression", data)
    once = workshop.run("score_model", {}, trained_model=model, dataset=data)["scored_dataset"]
    twice = workshop.run("score_model", {}, trained_model=model, dataset=once)["scored_dataset"]
    assert workshop.table(once).frame.equals(workshop.table(twice).frame)


def evaluation_of(workshop: Workshop, **inputs: Path) -> Evaluation:
    results = workshop.run("evaluate_model", {}, **inputs)["evaluation_results"]
    return msgspec.json.decode((results / EVALUATION_FILE).read_bytes(), type=Evaluation)


def test_clusters_are_judged_without_a_label(workshop: Workshop) -> None:
    data = workshop.put(cars().select("power", "weight"))
    untrained = workshop.run("k_means_clustering", {"number_of_centroids": 3})["untrained_model"]
    columns = {"column_set": ["power", "weight"]}
    trained = workshop.run("train_clustering_model", columns, untrained_model=untrained, dataset=data)
    model, assigned = trained["trained_model"], trained["results_dataset"]
    again = workshop.run("assign_data_to_clusters", {}, trained_model=model, dataset=data)["results_dataset"]
    first, second = evaluation_of(workshop, scored_dataset=assigned, scored_dataset_to_compare=again).evaluated
    assert first.metrics == second.metrics
    assert [row.cluster for row in first.clusters] == ["0", "1", "2", ""]
    assert first.clusters[-1].points == 120


@pytest.mark.parametrize("truth", [pl.Boolean, pl.Int64, pl.Float64])
def test_anomalies_are_judged_with_a_label_of_0_and_1(workshop: Workshop, truth: type[pl.DataType]) -> None:
    strange = pl.int_range(pl.len()) < 6
    frame = cars().select(
        (pl.col("power") + pl.when(strange).then(900).otherwise(0)).alias("power"),
        "weight",
        strange.cast(truth).alias("fraud"),
    )
    data = workshop.run("edit_metadata", {"column": ["fraud"], "fields": "labels"}, dataset=workshop.put(frame))
    inputs = {"dataset": data["results_dataset"]}
    untrained = workshop.run("isolation_forest")["untrained_model"]
    model = workshop.run("train_anomaly_detection_model", {}, untrained_model=untrained, **inputs)["trained_model"]
    scored = workshop.run("score_model", {}, trained_model=model, **inputs)["scored_dataset"]
    assert evaluation_of(workshop, scored_dataset=scored).evaluated[0].metrics["auc"] > 0.95


def test_an_anomaly_label_of_other_words_says_what_it_must_be(workshop: Workshop) -> None:
    data = workshop.run("edit_metadata", {"column": ["make"], "fields": "labels"}, dataset=workshop.put(cars()))
    untrained = workshop.run("isolation_forest")["untrained_model"]
    inputs = {"dataset": data["results_dataset"]}
    model = workshop.run("train_anomaly_detection_model", {}, untrained_model=untrained, **inputs)["trained_model"]
    scored = workshop.run("score_model", {}, trained_model=model, **inputs)["scored_dataset"]
    with pytest.raises(Refusal, match="must say 1 or true"):
        workshop.run("evaluate_model", {}, scored_dataset=scored)


def test_quantiles_are_judged_by_their_coverage(workshop: Workshop) -> None:
    (found,) = evaluation_of(workshop, **scored(workshop, "fast_forest_quantile_regression")).evaluated
    assert [row.level for row in found.quantiles] == [0.25, 0.5, 0.75]
    assert found.metrics["nominal_coverage"] == 0.5
    assert 0.2 < found.metrics["coverage"] < 0.9
