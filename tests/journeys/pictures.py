"""The pictures of the tutorial, taken while its steps are done. Only by its own command, never with the tests:

    python -m pytest tests/journeys/pictures.py

They are light, 1440 wide, and go to docs/guides/pictures.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.test_tutorial import RUN_MS, draw_tutorial, look_at, new_pipeline

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[2] / "docs" / "guides" / "pictures"
SLOW_MS = 60_000


def test_take_the_pictures_of_the_first_prediction(page: Page, studio: Studio) -> None:
    page.set_default_timeout(SLOW_MS)
    page.emulate_media(color_scheme="light")
    page.goto(studio.url)
    keep(page, "home")
    draw(page, studio)
    serve(page)


def draw(page: Page, studio: Studio) -> None:
    canvas = new_pipeline(page, studio)
    evaluate = draw_tutorial(canvas)
    expect(page.get_by_test_id("problems")).to_contain_text("No problems", timeout=SLOW_MS)
    canvas.saved()
    keep(page, "drawing")
    page.get_by_test_id("submit").click()
    page.get_by_test_id("experiment").fill("automobiles")
    keep(page, "submit")
    page.get_by_test_id("submit-confirm").click()
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=2 * RUN_MS)
    keep(page, "run")
    look_at(canvas, evaluate)
    keep(page, "evaluation")
    page.get_by_test_id("drawer-close").click()


def serve(page: Page) -> None:
    train = page.locator('[data-component="train_model"]').get_attribute("data-testid") or ""
    page.get_by_test_id(f"port-{train.removeprefix('node-')}-trained_model").click()
    page.get_by_test_id("register-model").click()
    page.get_by_label("Name").first.fill("automobile-price")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("automobile-price")
    keep(page, "model")
    page.get_by_role("link", name="Deploy").first.click()
    page.get_by_label("Name of the new endpoint").fill("automobile-endpoint")
    for step in ("name", "entry", "resources", "review"):
        form = page.get_by_test_id(f"deploy-{step}")
        expect(form).to_be_visible()
        if step in ("name", "review"):
            keep(page, f"deploy-{step}")
        form.locator("button.button-primary").click()
    expect(page.get_by_test_id("deployment")).to_have_attribute("data-state", "healthy", timeout=2 * RUN_MS)
    keep(page, "deployment")
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_test_id("prediction")).to_contain_text("Scored Labels")
    keep(page, "prediction")


def keep(page: Page, name: str) -> None:
    """Once what moves has come to rest."""
    page.wait_for_timeout(800)
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
