"""From a rule that somebody fills in to an alert that somebody takes on, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio

pytestmark = pytest.mark.browser
SECONDS = 60_000


def test_a_rule_is_filled_in_fires_by_itself_and_is_taken_on(studio: Studio, page: Page):
    page.goto(f"{studio.url}/alerts/rules/new/")
    page.get_by_label("Name").fill("Room on the disk")
    page.get_by_label("a number passes a limit").check()
    page.get_by_label("the", exact=True).select_option("disk_free")
    page.get_by_label("is", exact=True).select_option("at_least")
    page.get_by_label("this limit").fill("0 %")
    page.get_by_label("What to do then").fill("Nothing: this is how it should be.")
    expect(page.locator("[data-trial-place]")).to_contain_text("from now on only")
    page.get_by_test_id("save-rule").click()
    expect(page.get_by_role("status")).to_contain_text("watches from now on")
    expect(page.locator(".bell .count")).to_have_text(re.compile(r"\d+"), timeout=SECONDS)
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="Room on the disk: This server").click()
    expect(page.get_by_text("Nothing: this is how it should be.")).to_be_visible()
    page.get_by_test_id("acknowledge").click()
    expect(page.get_by_test_id("history")).to_contain_text("Taken on")
