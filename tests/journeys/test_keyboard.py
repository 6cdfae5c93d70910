"""The tutorial without a mouse: every step of drawing and setting has its keys. Somebody new draws, runs and deploys by
them in test_newcomer.py."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.keyboard import Keyboard

pytestmark = pytest.mark.browser

DATASET = "Automobile price data"
LINES = ".react-flow__edge"
CARDS = '[data-testid^="node-"][data-component]'


def test_undo_and_redo_are_a_key_away(page: Page, studio: Studio) -> None:
    keys = new_pipeline(page, studio)
    data = keys.add(DATASET)
    split = keys.add("split data", key="/")
    keys.link(split, "dataset", data, "dataset")
    keys.press("Control+z")
    expect(page.locator(LINES)).to_have_count(0)
    keys.press("Control+z")
    expect(page.locator(CARDS)).to_have_count(1)
    keys.press("Control+Shift+z", "Control+y")
    expect(page.locator(LINES)).to_have_count(1)
    keys.go_to(split)
    keys.press("Delete")
    expect(page.locator(CARDS)).to_have_count(1)
    keys.press("Control+z")
    expect(page.locator(LINES)).to_have_count(1)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")


def new_pipeline(page: Page, studio: Studio) -> Keyboard:
    page.goto(f"{studio.url}/designer/")
    keys = Keyboard(page)
    keys.tab_to('[data-testid="new-pipeline"]')
    keys.press("Enter")
    expect(page.get_by_test_id("canvas")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id(f"palette-dataset-{DATASET}")).to_be_attached(timeout=60_000)
    return keys


def draw(keys: Keyboard) -> None:
    """Each step is linked and set as soon as it is there."""
    data = keys.add(DATASET)
    select = keys.add("select columns in dataset")
    keys.link(select, "dataset", data, "dataset")
    choose_all_columns_but(keys, select, "normalized-losses")
    clean = keys.add("clean missing data", key="/")
    keys.link(clean, "dataset", select, "results_dataset")
    keys.open_settings()
    keys.choose("cleaning_mode", "remove_entire_row")
    keys.back_to(clean)
    split = keys.add("split data")
    keys.link(split, "dataset", clean, "cleaned_dataset")
    keys.open_settings()
    keys.write("fraction_of_rows_in_the_first_output_dataset", "0.7")
    keys.back_to(split)
    learner = keys.add("linear regression")
    train = keys.add("train model")
    keys.link(train, "untrained_model", learner, "untrained_model")
    keys.link(train, "dataset", split, "results_dataset1")
    keys.open_settings()
    keys.choose("label_column", "price")
    keys.back_to(train)
    score = keys.add("score model")
    keys.link(score, "trained_model", train, "trained_model")
    keys.link(score, "dataset", split, "results_dataset2")
    evaluate = keys.add("evaluate model")
    keys.link(evaluate, "scored_dataset", score, "scored_dataset")


def choose_all_columns_but(keys: Keyboard, node: str, column: str) -> None:
    """By name: all to the right-hand list, then one back."""
    dialog = keys.page.get_by_test_id("columns-dialog")
    keys.open_settings()
    keys.tab_to('[data-testid="param-select_columns"]')
    keys.press("Enter")
    keys.tab_to('[data-testid="columns-available-all"]')
    keys.press("Enter")
    keys.tab_to(f'[data-testid="columns-chosen"] [data-column="{column}"]')
    keys.press("Enter")
    expect(dialog.get_by_test_id("columns-available").locator("[data-column]")).to_have_count(1)
    keys.tab_to('[data-testid="columns-save"]')
    keys.press("Enter")
    expect(dialog).to_have_count(0)
    keys.back_to(node)
