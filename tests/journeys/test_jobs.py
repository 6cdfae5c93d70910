"""A job, from its YAML typed into a page to its metrics, files and model."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio

pytestmark = pytest.mark.browser
JOB = """\
display_name: first job
experiment_name: journeys
command: >-
  echo accuracy=0.75;
  mkdir -p outputs/final && echo 'flavors: {}' > outputs/final/MLmodel
"""


def test_a_job_typed_into_the_page_shows_its_metrics_its_files_and_its_model(page: Page, studio: Studio) -> None:
    page.goto(f"{studio.url}/runs/new/")
    page.get_by_label("The job's YAML").fill(JOB)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="first job")).to_be_visible()
    expect(page.locator(".state").first).to_have_text("Completed", timeout=60_000)
    page.get_by_role("link", name="Metrics", exact=True).click()
    expect(page.get_by_role("row", name=re.compile(r"accuracy\s+0\.75"))).to_be_visible()
    page.get_by_role("link", name="Outputs and files").click()
    page.get_by_role("link", name="MLmodel", exact=True).click()
    expect(page.get_by_text("flavors: {}")).to_be_visible()
    page.get_by_role("link", name="Register model").click()
    page.get_by_label("Name").fill("first-job")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("first-job:1 is registered.")).to_be_visible()
