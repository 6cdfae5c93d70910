"""The yardstick's tutorial, as a person does it: draw by drag and drop, run, register, deploy, predict."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.canvas import Canvas
from tests.journeys.conftest import Studio

pytestmark = pytest.mark.browser

RUN_MS = 120_000
DATASET = "palette-dataset-Automobile price data"


def test_a_pipeline_drawn_by_hand_ends_in_a_prediction(page: Page, studio: Studio) -> None:
    """The eight steps of the tutorial."""
    canvas = new_pipeline(page, studio)
    evaluate = draw_tutorial(canvas)
    canvas.saved()
    expect(page.get_by_test_id("problems")).to_contain_text(re.compile("No problems|^0"))

    submit(page, "automobiles")
    look_at(canvas, evaluate)
    page.get_by_test_id("drawer-close").click()
    register(page, canvas, "automobile-price")
    deploy(page, "automobile-endpoint")
    predict(page)


def new_pipeline(page: Page, studio: Studio) -> Canvas:
    page.goto(f"{studio.url}/designer/")
    page.get_by_test_id("new-pipeline").click()
    expect(page.get_by_test_id("canvas")).to_be_visible()
    expect(page.get_by_test_id(DATASET)).to_be_attached(timeout=60_000)
    return Canvas(page)


def draw_tutorial(canvas: Canvas) -> str:
    """Returns the id of Evaluate Model."""
    data = canvas.drag_in(DATASET, at=(120, 30))
    select = canvas.drag_in("palette-select_columns_in_dataset", at=(120, 150))
    clean = canvas.drag_in("palette-clean_missing_data", at=(120, 270))
    split = canvas.drag_in("palette-split_data", at=(120, 390))
    learner = canvas.drag_in("palette-linear_regression", at=(400, 30))
    train = canvas.drag_in("palette-train_model", at=(400, 150))
    score = canvas.drag_in("palette-score_model", at=(400, 270))
    evaluate = canvas.drag_in("palette-evaluate_model", at=(400, 390))
    canvas.connect(data, "dataset", select, "dataset")
    canvas.connect(select, "results_dataset", clean, "dataset")
    canvas.connect(clean, "cleaned_dataset", split, "dataset")
    canvas.connect(learner, "untrained_model", train, "untrained_model")
    canvas.connect(split, "results_dataset1", train, "dataset")
    canvas.connect(train, "trained_model", score, "trained_model")
    canvas.connect(split, "results_dataset2", score, "dataset")
    canvas.connect(score, "scored_dataset", evaluate, "scored_dataset")

    canvas.select(select)
    canvas.choose_all_columns_but("select_columns", "normalized-losses")
    canvas.select(clean)
    canvas.choose("cleaning_mode", "remove_entire_row")
    canvas.select(split)
    canvas.type("fraction_of_rows_in_the_first_output_dataset", "0.7")
    canvas.select(train)
    canvas.choose("label_column", "price")
    return evaluate


def submit(page: Page, experiment: str) -> None:
    page.get_by_test_id("submit").click()
    page.get_by_test_id("experiment").fill(experiment)
    page.get_by_test_id("submit-confirm").click()
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=RUN_MS)


def look_at(canvas: Canvas, evaluate: str) -> None:
    """The evaluation, which stays open."""
    page = canvas.page
    expect(canvas.node(evaluate)).to_have_attribute("data-state", re.compile("completed|reused"))
    canvas.port(evaluate, "evaluation_results").click()
    expect(page.get_by_test_id("evaluation")).to_contain_text(re.compile("Mean absolute error", re.I))
    expect(page.get_by_test_id("drawer").locator(".js-plotly-plot").first).to_be_visible()


def register(page: Page, canvas: Canvas, name: str) -> None:
    train = page.locator('[data-component="train_model"]').get_attribute("data-testid") or ""
    canvas.port(train.removeprefix("node-"), "trained_model").click()
    page.get_by_test_id("register-model").click()
    page.get_by_label("Name").first.fill(name)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def deploy(page: Page, endpoint: str) -> None:
    """The wizard, with what it proposes: ONNX in a process of this machine."""
    page.get_by_role("link", name="Deploy").first.click()
    page.get_by_label("Name of the new endpoint").fill(endpoint)
    for step in ("name", "entry", "resources", "review"):
        form = page.get_by_test_id(f"deploy-{step}")
        expect(form).to_be_visible()
        form.locator("button.button-primary").click()
    expect(page.get_by_test_id("deployment")).to_have_attribute("data-state", "healthy", timeout=RUN_MS)
    page.get_by_role("link", name="Try it").click()


def predict(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("prediction")).to_contain_text("Scored Labels")
    expect(page.get_by_test_id("prediction").locator("td")).to_contain_text(re.compile(r"\d"))
