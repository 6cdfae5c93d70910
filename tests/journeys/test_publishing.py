"""From a drawing to runs that nobody submits: publish, call by REST with a value, schedule on new data, see it fire."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.test_inference import open_sample
from tests.journeys.test_pages import DATASET, PROJECT

pytestmark = pytest.mark.browser
PATIENCE_SECONDS = 60


def test_a_pipeline_is_published_called_scheduled_and_fires_on_new_data(page: Page, studio: Studio) -> None:
    open_sample(page, studio, "automobile-basic")
    draft = page.url.rstrip("/").rsplit("/", 1)[-1]
    with _rest(studio) as rest:
        _bind_the_dataset(rest, draft)
    page.reload()
    expect(page.get_by_test_id("problems")).to_contain_text(re.compile("No problems|^0"), timeout=60_000)
    page.get_by_test_id("more").click()
    page.get_by_role("menuitem", name="Publish…").first.click()
    expect(page.get_by_test_id("publish-parameters")).to_contain_text("source")
    page.get_by_test_id("publish-endpoint").fill("retrain")
    page.get_by_test_id("publish-confirm").click()
    expect(page.get_by_test_id("published")).to_contain_text("version 0")
    page.get_by_test_id("go-endpoint").click()
    address = page.locator("#rest-url").inner_text()
    with _rest(studio) as rest:
        called = rest.post(address, json={"DataSetDefinitionValueAssignments": _given(f"{DATASET}:1")})
        assert called.status_code == 201, called.text
        page.goto(page.url.partition("?")[0] + "?tab=runs")
        expect(page.get_by_role("link", name=f"#{called.json()['number']} ")).to_be_visible()
        page.get_by_role("link", name="Schedule", exact=True).click()
        page.get_by_label("Name", exact=True).fill("on new cars")
        expect(page.get_by_test_id("next-fires").locator("li")).to_have_count(10)
        page.get_by_label("On a new dataset version").check()
        page.get_by_label("Dataset", exact=True).select_option(DATASET)
        page.get_by_label("Put what has come into the parameter").select_option("source")
        page.get_by_test_id("save-schedule").click()
        expect(page.get_by_role("heading", name="on new cars")).to_be_visible()
        _new_version(rest)
    fires = page.get_by_test_id("fires")
    expect(fires).to_contain_text(f"New version {DATASET}:2", timeout=60_000)
    expect(fires).to_contain_text("Completed", timeout=60_000)


def _rest(studio: Studio) -> httpx.Client:
    kept = json.loads((studio.data_dir / "client-credentials.json").read_text())
    headers = {"Authorization": f"Bearer {kept['token']}"}
    return httpx.Client(base_url=f"{studio.url}/api/v1/", headers=headers, timeout=30)


def _given(dataset: str) -> dict[str, Any]:
    return {"source": {"SavedDataSetReference": {"Id": dataset}}}


def _bind_the_dataset(rest: httpx.Client, draft: str) -> None:
    """The drawing's dataset becomes the parameter `source`, as its menu does it."""
    shown = rest.get(f"drafts/{draft}/").raise_for_status().json()
    document = shown["document"]
    node = next(one for one in document["nodes"].values() if one["component"] == "dataset")
    node["parameters"] = {"dataset": {"$parameter": "source"}}
    document["parameters"] = {"source": {"type": "dataset", "default": {"dataset": DATASET}}}
    body = {"base_revision": shown["revision"], "document": document, "label": "Bind"}
    answer = rest.put(f"drafts/{draft}/document/", json=body)
    assert answer.is_success, answer.text


def _new_version(rest: httpx.Client) -> None:
    """The same rows again: what arrives, not what is in it, fires the schedule."""
    rows = rest.get("datasets/", params={"project": PROJECT}).json()["results"]
    dataset = next(row["id"] for row in rows if row["name"] == DATASET)
    content = rest.get(f"datasets/{dataset}/versions/1/download/", params={"format": "csv"}).raise_for_status().content
    upload = rest.put("uploads/", params={"project": PROJECT, "file_name": "cars.csv"}, content=content)
    assert upload.is_success, upload.text
    answer = rest.post("datasets/", json={"project": PROJECT, "upload": upload.json()["id"], "name": DATASET})
    assert answer.is_success, answer.text
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rest.get(f"datasets/{dataset}/versions/2/").json().get("state") != "ready":
        assert time.monotonic() < deadline
        time.sleep(0.3)
