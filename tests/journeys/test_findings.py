"""What steps find is seen in the drawer and on the run's page: trials, folds, importances, comparisons."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.canvas import Canvas
from tests.journeys.conftest import Studio
from tests.journeys.test_tutorial import new_pipeline, submit

pytestmark = pytest.mark.browser

LABEL = {"label_column": "price"}
RANGES = {"create_trainer_mode": "parameter_range", "number_of_trees_range": "10; 20; 40"}
TUNED = LABEL | {"maximum_number_of_runs": 6, "number_of_folds": 3}
SEARCHED = LABEL | {"time_budget_in_minutes": 0, "maximum_number_of_trials": 4, "number_of_folds": 3}
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "data": ("dataset", {"dataset": "Automobile price data", "version": 1}),
    "clean": ("clean_missing_data", {"cleaning_mode": "remove_entire_row"}),
    "split": ("split_data", {"fraction_of_rows_in_the_first_output_dataset": 0.7}),
    "trees": ("boosted_decision_tree_regression", RANGES),
    "linear": ("linear_regression", {}),
    "tune": ("tune_model_hyperparameters", TUNED),
    "folds": ("cross_validate_model", LABEL | {"number_of_folds": 5}),
    "train": ("train_model", LABEL | {"model_explanations": True}),
    "auto": ("automl_regression", SEARCHED),
    "importance": ("permutation_feature_importance", {}),
    "score": ("score_model", {}),
    "score2": ("score_model", {}),
    "compare": ("compare_models", {"names": "Linear; Trees", "resamples": 200}),
}
LINKS = """data.dataset clean.dataset
clean.cleaned_dataset split.dataset
trees.untrained_model tune.untrained_model
split.results_dataset1 tune.training_dataset
linear.untrained_model folds.untrained_model
clean.cleaned_dataset folds.dataset
linear.untrained_model train.untrained_model
split.results_dataset1 train.dataset
split.results_dataset1 auto.dataset
tune.trained_best_model importance.trained_model
split.results_dataset2 importance.test_data
train.trained_model score.trained_model
split.results_dataset2 score.dataset
tune.trained_best_model score2.trained_model
split.results_dataset2 score2.dataset
score.scored_dataset compare.scored_dataset1
score2.scored_dataset compare.scored_dataset2"""


def test_what_steps_find_is_seen_in_the_drawer_and_on_the_runs_page(page: Page, studio: Studio) -> None:
    canvas = new_pipeline(page, studio)
    paste(page, NODES, LINKS)
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator('[data-testid^="node-"][data-component]')).to_have_count(len(NODES))
    canvas.saved()
    submit(page, "findings")

    look(canvas, "tune_model_hyperparameters", "sweep_results", "Trial .* of 6 is best")
    look(canvas, "automl_regression", "leaderboard", "Trial .* of 4 is best")
    look(canvas, "cross_validate_model", "evaluation_results_by_fold", "Standard deviation")
    look(canvas, "permutation_feature_importance", "feature_importance", "with all columns as they are")
    look(canvas, "compare_models", "comparison", "is best by mean absolute error")
    look(canvas, "train_model", "trained_model", "How much each column counts", shown="drawer")

    page.goto(f"{studio.url}/runs/")
    page.get_by_role("link", name=re.compile("findings|#", re.I)).first.click()
    page.get_by_role("link", name="Metrics").click()
    expect(page.get_by_test_id("finding")).to_have_count(5)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    shoot(page, "run")


def look(canvas: Canvas, component: str, port: str, words: str, *, shown: str = "finding") -> None:
    page = canvas.page
    hook = page.locator(f'[data-component="{component}"]').first.get_attribute("data-testid") or ""
    canvas.port(hook.removeprefix("node-"), port).click()
    expect(page.get_by_test_id(shown)).to_contain_text(re.compile(words))
    shoot(page, component)
    page.get_by_test_id("drawer-close").click()


def shoot(page: Page, name: str) -> None:
    """For people, who set MLOPS_SHOTS to a folder."""
    if folder := os.environ.get("MLOPS_SHOTS"):
        page.wait_for_timeout(1_500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=name == "run")


def paste(page: Page, drawn: dict[str, tuple[str, dict[str, Any]]], links: str) -> None:
    """Onto the canvas, as a copied part of another drawing; a line of `links` is an output and an input."""
    nodes = {
        name: {"component": component, "version": "1", "parameters": parameters}
        for name, (component, parameters) in drawn.items()
    }
    ends = [[end.split(".") for end in line.split()] for line in links.splitlines()]
    edges = [
        {"source": source, "source_port": out, "target": target, "target_port": into}
        for (source, out), (target, into) in ends
    ]
    layout = {name: {"x": place % 4 * 300, "y": place // 4 * 140} for place, name in enumerate(nodes)}
    fragment = {"kind": "mlops/fragment", "version": 1, "nodes": nodes, "edges": edges, "layout": layout}
    page.evaluate(
        """text => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", text);
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })); }""",
        json.dumps(fragment),
    )
