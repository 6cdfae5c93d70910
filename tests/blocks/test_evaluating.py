from __future__ import annotations

import msgspec
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
    assert best > 0.9
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
