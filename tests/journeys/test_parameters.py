"""A setting becomes a parameter, is given anew at a submit, and is detached; a batch pipeline takes other data."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.canvas import Canvas
from tests.journeys.conftest import Studio
from tests.journeys.test_inference import open_sample, run_pipeline
from tests.journeys.test_tutorial import RUN_MS

pytestmark = pytest.mark.browser


def test_a_setting_is_bound_given_at_the_submit_and_detached(page: Page, studio: Studio) -> None:
    open_sample(page, studio, "automobile-basic")
    canvas = Canvas(page)
    canvas.select("linear-learner")
    page.get_by_test_id("more-l2_regularization_weight").click()
    page.get_by_test_id("bind-l2_regularization_weight").click()
    page.get_by_test_id("bind-name").fill("l2")
    page.get_by_test_id("bind-confirm").click()
    expect(page.get_by_test_id("bound-l2_regularization_weight")).to_contain_text("Default: 0.001")
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("given-l2").fill("much")
    expect(page.get_by_test_id("submit-dialog").get_by_role("alert")).to_contain_text("no number")
    page.get_by_test_id("given-l2").fill("0.37")  # no other journey has run it
    expect(page.get_by_test_id("plan-linear-learner")).to_have_attribute("data-action", "run")
    page.keyboard.press("Escape")
    page.get_by_test_id("detach-l2_regularization_weight").click()
    expect(page.get_by_test_id("param-l2_regularization_weight")).to_have_value("0.001")


def test_a_batch_pipeline_runs_on_another_dataset(page: Page, studio: Studio) -> None:
    open_sample(page, studio, "automobile-basic")
    run_pipeline(page)
    page.get_by_test_id("create-batch").click()
    page.get_by_test_id("inference-confirm").click()
    expect(page.get_by_test_id("tab-batch")).to_have_attribute("aria-current", "page")
    page.get_by_test_id("submit").click()
    page.get_by_test_id("given-data").select_option("Automobile price data")
    page.get_by_test_id("given-data-version").select_option("1")
    page.get_by_test_id("submit-confirm").click()
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=RUN_MS)


def test_where_a_step_runs_is_chosen_and_told_at_once(page: Page, studio: Studio) -> None:
    open_sample(page, studio, "automobile-basic")
    page.get_by_test_id("where-to-run").get_by_text("Where to run").click()
    page.get_by_test_id("demand-cpus").fill("0.5")
    expect(page.get_by_test_id("demand-fit")).to_have_attribute("data-fits", "true")
    Canvas(page).select("linear-learner")
    page.get_by_test_id("where-to-run").get_by_text("Where to run").click()
    expect(page.get_by_test_id("demand-cpus")).to_have_attribute("placeholder", "0.5")
    Canvas(page).type("l2_regularization_weight", "0.03")  # a step whose result is there already runs nowhere
    page.get_by_test_id("demand-gpus").fill("-3")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("where-to-run").get_by_role("alert")).to_contain_text("from 0 to 10,000")
    expect(page.get_by_test_id("demand-gpus")).to_have_value("-3")
    page.get_by_test_id("demand-gpus").fill("64")
    expect(page.get_by_test_id("demand-fit")).to_contain_text("which no worker has")
    expect(page.get_by_test_id("demand-fit").get_by_role("link")).to_have_attribute("href", "/compute/")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("plan-linear-learner")).to_contain_text("It asks for 64 GPUs")
    page.keyboard.press("Escape")
    page.get_by_test_id("demand-gpus").fill("")
    expect(page.get_by_test_id("demand-fit")).to_have_attribute("data-fits", "true")
