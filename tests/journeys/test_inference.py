"""From a sample to a deployed inference pipeline, as a person does it; and the update after a new training run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.canvas import Canvas
from tests.journeys.conftest import Studio
from tests.journeys.test_tutorial import RUN_MS

pytestmark = pytest.mark.browser


def test_a_sample_becomes_a_service_whose_request_has_no_label(page: Page, studio: Studio) -> None:
    open_sample(page, studio, "automobile-basic")
    run_pipeline(page)
    derive(page)
    run_pipeline(page)
    deploy(page)
    expect(page.get_by_label("price", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("prediction")).to_contain_text("Scored Labels")
    expect(page.get_by_test_id("prediction").locator("td").last).to_contain_text(re.compile(r"^\d"))


def test_a_new_training_run_is_taken_over_with_one_click(page: Page, studio: Studio) -> None:
    open_sample(page, studio, "automobile-basic")
    run_pipeline(page)
    derive(page)
    page.get_by_role("link", name="Training pipeline").click()
    canvas = Canvas(page)
    canvas.select("linear-learner")
    canvas.type("l2_regularization_weight", "0.5")
    canvas.saved()
    run_pipeline(page)
    page.get_by_test_id("tab-realtime").click()
    page.get_by_test_id("update-inference").click()
    expect(page.get_by_test_id("update-inference")).to_be_disabled()
    canvas.saved()


def open_sample(page: Page, studio: Studio, key: str) -> None:
    page.goto(f"{studio.url}/designer/")
    page.get_by_test_id(f"sample-{key}").get_by_role("button").click()
    expect(page.get_by_test_id("canvas")).to_be_visible()


def run_pipeline(page: Page) -> None:
    """As soon as the sample's data is there and nothing stands in the way."""
    expect(page.get_by_test_id("problems")).to_contain_text(re.compile("No problems|^0"), timeout=60_000)
    state = page.get_by_test_id("run-state")
    before = state.get_attribute("data-run") if state.count() else ""
    page.get_by_test_id("submit").click()
    page.get_by_test_id("experiment").fill("inference")
    page.get_by_test_id("submit-confirm").click()
    if before:
        expect(state).not_to_have_attribute("data-run", before)
    expect(state).to_have_attribute("data-state", "completed", timeout=RUN_MS)


def derive(page: Page) -> None:
    page.get_by_test_id("create-realtime").click()
    page.get_by_test_id("inference-confirm").click()
    expect(page.get_by_test_id("tab-realtime")).to_have_attribute("aria-current", "page")
    expect(page.locator('[data-component="web_service_input"]')).to_be_visible()


def deploy(page: Page) -> None:
    page.get_by_test_id("deploy-pipeline").click()
    page.get_by_test_id("package-name").fill("cars-service")
    page.get_by_test_id("package-confirm").click()
    expect(page.get_by_test_id("package-state")).to_have_attribute("data-state", "accepted", timeout=RUN_MS)
    page.get_by_test_id("go-deploy").click()
    page.get_by_label("Name of the new endpoint").fill("cars-service")
    for step in ("name", "entry", "resources", "review"):
        form = page.get_by_test_id(f"deploy-{step}")
        expect(form).to_be_visible()
        form.locator("button.button-primary").click()
    expect(page.get_by_test_id("deployment")).to_have_attribute("data-state", "healthy", timeout=RUN_MS)
    page.get_by_role("link", name="Try it").click()
