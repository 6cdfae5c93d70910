"""Somebody new, with only the product's own words: from the home page to a prediction, in under five minutes.

Three people: one with a mouse, one with a keyboard alone, one with a telephone. Things are found by what
is written on them or what a screen reader says, as a person finds them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.keyboard import Keyboard
from tests.journeys.test_keyboard import draw

pytestmark = pytest.mark.browser

MOST_SECONDS = 300
RUN_MS = 120_000
PHONE = {"width": 390, "height": 844}
DATA = "Automobile price data"
STEPS = (DATA, "Clean Missing Data", "Split Data", "Linear Regression", "Train Model", "Score Model", "Evaluate Model")
PLACES = ((120, 30), (120, 150), (120, 270), (400, 30), (400, 150), (400, 270), (400, 390))
LINKS = (
    (DATA, "Dataset", "Clean Missing Data", "Dataset"),
    ("Clean Missing Data", "Cleaned dataset", "Split Data", "Dataset"),
    ("Linear Regression", "Untrained model", "Train Model", "Untrained model"),
    ("Split Data", "Results dataset1", "Train Model", "Dataset"),
    ("Train Model", "Trained model", "Score Model", "Trained model"),
    ("Split Data", "Results dataset2", "Score Model", "Dataset"),
    ("Score Model", "Scored dataset", "Evaluate Model", "Scored dataset"),
)


def test_with_a_mouse(page: Page, studio: Studio) -> None:
    page.goto(studio.url)
    with under_five_minutes():
        page.get_by_role("link", name="Open the designer").first.click()
        page.get_by_role("button", name="New pipeline").click()
        for step, place in zip(STEPS, PLACES, strict=True):
            drag_in(page, step, place)
        for link in LINKS:
            drag_link(page, *link)
        card(page, "Clean Missing Data").click(position={"x": 60, "y": 24})
        page.get_by_role("combobox", name="Cleaning mode").select_option(label="Remove entire row")
        card(page, "Train Model").click(position={"x": 60, "y": 24})
        page.get_by_role("combobox", name=re.compile("^Label column")).select_option(label="price (integer)")
        submit_and_wait(page, "by mouse")
        look_at_evaluation(page)
        register_and_deploy(page, "by-mouse", press=lambda place: place.click())


def test_with_a_keyboard_alone(page: Page, studio: Studio) -> None:
    page.goto(studio.url)
    keys = Keyboard(page)
    with under_five_minutes():
        enter(keys, "Open the designer")
        enter(keys, "New pipeline")
        expect(page.get_by_role("button", name=f"Add {DATA}")).to_be_attached(timeout=60_000)
        expect(hint(page)).to_contain_text("start with data")
        draw(keys)
        expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
        expect(page.get_by_text("No problems")).to_be_visible()
        expect(hint(page)).to_contain_text("nothing stands in the way")
        keys.press("Control+Enter")
        expect(page.get_by_label("Experiment")).to_be_focused()
        keys.press("Enter")
        expect(hint(page)).to_contain_text("is complete", timeout=RUN_MS)
        enter(keys, "Register the model")
        tab_until(keys, page.get_by_label("Name", exact=True))
        keys.press("Control+a")
        keys.type("by-keyboard")
        keys.press("Enter")
        deploy(page, "by-keyboard", press=lambda place: press_by_key(keys, place))
        predict(page, press=lambda place: press_by_key(keys, place))


def test_on_a_telephone_in_the_list(page: Page, studio: Studio) -> None:
    page.set_viewport_size(PHONE)
    page.goto(studio.url)
    with under_five_minutes():
        page.get_by_role("link", name="Open the designer").first.click()
        page.get_by_role("button", name="New pipeline").click()
        adding = page.get_by_role("combobox", name="Add a step")
        for step in STEPS:
            adding.select_option(label=step)
            expect(row(page, step)).to_be_visible()
        for source, output, target, entry in LINKS:
            choice = row(page, target).get_by_role("combobox", name=entry, exact=True)
            choice.select_option(label=f"{source} ▸ {output}")
        page.get_by_role("button", name="Settings of Clean Missing Data").click()
        page.get_by_role("combobox", name="Cleaning mode").select_option(label="Remove entire row")
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Settings of Train Model").click()
        page.get_by_role("combobox", name=re.compile("^Label column")).select_option(label="price (integer)")
        page.get_by_role("button", name="Close", exact=True).click()
        submit_and_wait(page, "by phone")
        look_at_evaluation(page)
        register_and_deploy(page, "by-phone", press=lambda place: place.click())
        expect(page.get_by_role("table").filter(has_text="Scored Labels")).to_be_in_viewport()


def test_from_a_sample_to_a_service_on_a_telephone(page: Page, studio: Studio) -> None:
    """The other way: the inference pipeline of a sample."""
    page.set_viewport_size(PHONE)
    page.goto(studio.url)
    with under_five_minutes():
        page.get_by_role("link", name="Open the designer").first.click()
        page.get_by_role("button", name="Open a copy").first.click()
        submit_and_wait(page, "sample by phone")
        page.get_by_role("button", name="Create real-time inference pipeline").click()
        page.get_by_role("dialog").get_by_role("button", name="Create").click()
        expect(page.get_by_role("link", name="Real-time inference pipeline")).to_have_attribute("aria-current", "page")
        submit_and_wait(page, "sample by phone")
        page.get_by_role("button", name="Deploy").click()
        page.get_by_role("button", name="Check and register").click()
        page.get_by_role("link", name="Continue to the deploy wizard").click(timeout=RUN_MS)
        answer_the_wizard(page, "sample-by-phone", press=lambda place: place.click())
        predict(page, press=lambda place: place.click())


@contextmanager
def under_five_minutes() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < MOST_SECONDS


Press = Callable[[Locator], None]


def drag_in(page: Page, step: str, place: tuple[int, int]) -> None:
    page.get_by_label("Search datasets and components").fill(step)
    entry = page.get_by_role("button", name=f"Add {step}", exact=True)
    expect(entry).to_be_visible(timeout=60_000)  # samples are loaded just after the start
    entry.drag_to(page.locator(".react-flow__pane"), target_position={"x": place[0], "y": place[1]})
    expect(card(page, step)).to_be_visible()


def drag_link(page: Page, source: str, output: str, target: str, entry: str) -> None:
    start, end = port(page, source, f"Output {output}"), port(page, target, f"Input {entry}")
    page.mouse.move(*middle(start))
    page.mouse.down()
    x, y = middle(end)
    page.mouse.move(x - 8, y - 8, steps=6)
    page.mouse.move(x, y, steps=3)
    page.mouse.up()


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("group", name=re.compile(f"^{title},"))


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row", name=re.compile(f"^{title}, step"))


def port(page: Page, title: str, label: str) -> Locator:
    return card(page, title).get_by_label(re.compile(f"^{label} \\("))


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def hint(page: Page) -> Locator:
    return page.get_by_role("region", name="Next step")


def submit_and_wait(page: Page, experiment: str) -> None:
    expect(page.get_by_text("No problems")).to_be_visible(timeout=60_000)
    hint(page).get_by_role("button", name="Submit the pipeline").click()
    dialog = page.get_by_role("dialog", name="Submit the pipeline")
    dialog.get_by_label("Experiment").fill(experiment)
    dialog.get_by_role("button", name="Submit", exact=True).click()
    expect(hint(page)).to_contain_text("is complete", timeout=RUN_MS)


def look_at_evaluation(page: Page) -> None:
    hint(page).get_by_role("button", name="See the evaluation").click()
    results = page.get_by_role("region", name="Evaluation results of Evaluate Model")
    expect(results).to_contain_text("Mean absolute error")
    results.get_by_role("button", name="Close").click()


def register_and_deploy(page: Page, name: str, *, press: Press) -> None:
    hint(page).get_by_role("button", name="Register the model").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Register").click()
    deploy(page, name, press=press)
    predict(page, press=press)


def deploy(page: Page, endpoint: str, *, press: Press) -> None:
    press(page.get_by_role("link", name="Deploy").first)
    answer_the_wizard(page, endpoint, press=press)


def answer_the_wizard(page: Page, endpoint: str, *, press: Press) -> None:
    """With what it proposes."""
    name = page.get_by_label("Name of the new endpoint")
    expect(name).to_be_visible()
    name.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(endpoint)
    for heading in ("Entry", "Resources", "Review"):
        press(page.get_by_role("button", name="Next"))
        expect(page.locator("[aria-current=step]")).to_contain_text(heading)
    press(page.get_by_role("button", name="Deploy"))
    expect(page.get_by_role("link", name="Try it")).to_be_visible(timeout=RUN_MS)


def predict(page: Page, *, press: Press) -> None:
    press(page.get_by_role("link", name="Try it"))
    press(page.get_by_role("button", name="Send"))
    answer = page.get_by_role("table").filter(has_text="Scored Labels")
    expect(answer.get_by_role("cell").last).to_contain_text(re.compile(r"^\d"))


def enter(keys: Keyboard, name: str) -> None:
    press_by_key(keys, keys.page.get_by_role("link", name=name).or_(keys.page.get_by_role("button", name=name)).first)


def press_by_key(keys: Keyboard, place: Locator) -> None:
    tab_until(keys, place)
    keys.press("Enter")


def tab_until(keys: Keyboard, place: Locator, *, most: int = 80) -> None:
    """Tab by Tab, as far as a person would go."""
    expect(place).to_be_visible()
    for _ in range(most):
        if place.evaluate("element => element === document.activeElement"):
            return
        keys.press("Tab")
    raise AssertionError(f"Tab does not lead to {place}")
