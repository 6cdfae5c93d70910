"""What goes wrong in front of people: each mistake is named where it was made, and nothing typed is lost."""

from __future__ import annotations

import io
import itertools
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import Studio

pytestmark = pytest.mark.browser

BROKEN_CSV = b"a,b,c\n" + b"1,2,3\n" * 5 + b"1,2,3,4,5\n" + b"1,2,3\n" * 5
PROJECT = "getting-started"
SAMPLE = "Palmer penguins"
SLEEPS = "import time\ndef azureml_main(dataframe1=None, dataframe2=None):\n    time.sleep(60)\n    return dataframe1\n"
OUT, INTO = "result_dataset", "dataset1"
numbers = itertools.count(1)


def table_without_columns() -> bytes:
    kept = io.BytesIO()
    pl.DataFrame().write_parquet(kept)
    return kept.getvalue()


FILES = {
    "too many fields": ("broken.csv", BROKEN_CSV, "Row 6 (line 7) has 5 fields, expected 3"),
    "nothing in it": ("empty.csv", b"", "“empty.csv” is empty"),
    "no column": ("nothing.parquet", table_without_columns(), "no column"),
    "a picture": ("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "PNG image"),
}


@pytest.fixture(scope="module")
def api(studio: Studio) -> Iterator[httpx.Client]:
    """The REST API with the administrator's token, once the sample is imported."""
    token = json.loads((studio.data_dir / "client-credentials.json").read_text())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{studio.url}/api/v1/", headers=headers, timeout=60) as client:
        until(lambda: SAMPLE in client.get(f"palette/?project={PROJECT}").text, seconds=60)
        yield client


@pytest.fixture
def tab(signed_in: BrowserContext) -> Iterator[Page]:
    """A tab whose console may show the refused request."""
    opened = signed_in.new_page()
    yield opened
    opened.close()


def test_a_file_that_is_no_table_is_refused_in_the_form_and_the_words_stay(
    tab: Page, studio: Studio, api: httpx.Client, tmp_path: Path
) -> None:
    tab.goto(f"{studio.url}/datasets/new/")
    tab.get_by_label("Name").fill("My measurements")
    tab.get_by_label("Description").fill("Three weeks of work.")
    for file_name, content, words in FILES.values():
        (tmp_path / file_name).write_bytes(content)
        tab.locator("input[type=file]").set_input_files(tmp_path / file_name)
        with tab.expect_navigation():
            tab.get_by_role("button", name="Upload and look at it").click()
        expect(tab.get_by_role("alert")).to_contain_text(words)
        expect(tab.get_by_label("Name")).to_have_value("My measurements")
        expect(tab.get_by_label("Description")).to_have_value("Three weeks of work.")


@pytest.mark.parametrize("name", FILES)
def test_an_upload_over_the_api_says_the_same(api: httpx.Client, name: str) -> None:
    file_name, content, words = FILES[name]
    answer = api.put("uploads/", params={"project": PROJECT, "file_name": file_name}, content=content)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.json()["hint"]


def test_a_label_column_that_is_not_there_is_told_at_the_step_while_drawing(
    page: Page, studio: Studio, api: httpx.Client
) -> None:
    draft = new_draft(api, training(label_column="prise"))
    page.goto(studio.url + draft["url"])
    expect(page.get_by_test_id("problem-train")).to_have_attribute("title", contains("prise"), timeout=30_000)
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("submit-dialog").get_by_role("alert")).to_contain_text("prise")
    expect(page.get_by_test_id("submit-confirm")).to_be_disabled()
    page.get_by_test_id("submit-dialog").get_by_role("button", name="Train Model").click()
    expect(page.get_by_test_id("param-label_column")).to_be_focused()
    expect(page.get_by_test_id("param-label_column")).to_have_value("prise")


def test_a_label_column_that_is_not_there_is_refused_at_submission(api: httpx.Client) -> None:
    problem = refused(api, training(label_column="prise"))
    assert problem["where"]["node"] == "train"
    assert problem["where"]["parameter"] == "label_column"


def test_a_parameter_that_is_required_and_missing_is_named(api: httpx.Client) -> None:
    problem = refused(api, training())
    assert (problem["where"]["node"], problem["where"]["parameter"]) == ("train", "label_column")
    assert problem["hint"]


def test_a_circle_is_named_with_its_steps(api: httpx.Client) -> None:
    script = {"component": "execute_python_script", "version": "1", "title": "Left"}
    circle = {
        "nodes": {"left": script, "right": {**script, "title": "Right"}},
        "edges": [
            edge("left", "result_dataset", "right", "dataset1"),
            edge("right", "result_dataset", "left", "dataset1"),
        ],
    }
    problem = refused(api, circle, code="circle")
    assert "Left → Right" in problem["message"] or "Right → Left" in problem["message"]


def test_a_clone_of_a_draft_and_of_a_run_leaves_the_old_untouched(
    page: Page, studio: Studio, api: httpx.Client
) -> None:
    draft = new_draft(api, sleeping())
    page.goto(studio.url + draft["url"])
    page.get_by_test_id("more").click(timeout=30_000)
    page.get_by_test_id("clone").click()
    copied = other_draft(page, draft["id"])
    run = api.post(f"drafts/{draft['id']}/submit/", json={"experiment": "mistakes"}).json()
    page.goto(studio.url + run["url"])
    page.get_by_test_id("clone-run").click()
    again = other_draft(page, draft["id"], copied)
    for clone in (copied, again):
        found = api.get(f"drafts/{clone}/").json()
        assert found["can_edit"]
        assert found["document"] == api.get(f"drafts/{draft['id']}/").json()["document"]
        assert save(api, found, {"nodes": {}, "edges": []}).status_code == 200
    assert api.get(f"drafts/{draft['id']}/").json()["revision"] == draft["revision"]
    assert api.get(f"runs/{run['id']}/document/").json()["document"]["nodes"]

    asked = time.monotonic()
    assert api.post(f"runs/{run['id']}/cancel/").status_code == 202
    until(lambda: api.get(f"runs/{run['id']}/").json()["state"] == "cancelled", seconds=30)
    assert time.monotonic() - asked < 25  # the first step after a start may still wait for its libraries
    assert api.post(f"runs/{run['id']}/cancel/").status_code == 409


def test_a_running_step_is_stopped_within_seconds(page: Page, studio: Studio, api: httpx.Client) -> None:
    draft = new_draft(api, sleeping())
    run = api.post(f"drafts/{draft['id']}/submit/", json={"experiment": "mistakes"}).json()
    until(lambda: state_of(api, run["id"], "slow") == "running", seconds=45)
    page.goto(studio.url + run["url"])
    page.get_by_test_id("cancel").click()
    asked = time.monotonic()
    until(lambda: api.get(f"runs/{run['id']}/").json()["state"] == "cancelled", seconds=30)
    assert time.monotonic() - asked < 8


def test_two_tabs_with_one_draft_lose_nothing(page: Page, tab: Page, studio: Studio, api: httpx.Client) -> None:
    draft = new_draft(api, training(label_column="species"))
    for one, node in ((page, "train"), (tab, "learner")):
        one.goto(studio.url + draft["url"])
        one.get_by_test_id(f"node-{node}").click(position={"x": 60, "y": 24}, timeout=30_000)
    page.keyboard.press("Delete")
    tab.keyboard.press("Control+d")
    for one in (page, tab):
        expect(one.locator('[data-component="multiclass_logistic_regression"]')).to_have_count(2)
        expect(one.get_by_test_id("node-train")).to_have_count(0)
        expect(one.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert len(nodes_of(api, draft["id"])) == 3


def test_a_save_on_an_old_revision_is_refused(api: httpx.Client) -> None:
    draft = new_draft(api, training(label_column="species"))
    assert save(api, draft, {"nodes": {}, "edges": []}).status_code == 200
    late = save(api, draft, draft["document"])
    assert (late.status_code, late.json()["code"]) == (409, "draft_conflict")
    assert late.json()["hint"]


def test_a_restored_revision_leaves_the_later_ones_in_the_history(
    page: Page, studio: Studio, api: httpx.Client
) -> None:
    draft = new_draft(api, training(label_column="species"))
    assert save(api, draft, {"nodes": {}, "edges": []}).status_code == 200
    page.goto(studio.url + draft["url"])
    page.get_by_test_id("more").click(timeout=30_000)
    page.get_by_test_id("revisions").click()
    page.get_by_test_id(f"each-{draft['revision'] + 1}").click()
    page.get_by_test_id(f"restore-{draft['revision']}").click()
    expect(page.get_by_test_id("node-train")).to_be_visible()
    found = api.get(f"drafts/{draft['id']}/").json()
    assert found["document"] == draft["document"]
    assert len(api.get(f"drafts/{draft['id']}/revisions/").json()["results"]) == found["revision"] == 4


def new_draft(api: httpx.Client, document: dict[str, Any]) -> dict[str, Any]:
    made = api.post("drafts/", json={"project": PROJECT, "name": f"Mistake {next(numbers)}"}).json()
    saved = save(api, made, document)
    assert saved.status_code == 200, saved.text
    found: dict[str, Any] = api.get(f"drafts/{made['id']}/").json()
    return found


def save(api: httpx.Client, draft: dict[str, Any], document: dict[str, Any]) -> httpx.Response:
    places = {node: {"x": 40, "y": 40 + 120 * at} for at, node in enumerate(document["nodes"])}
    whole = {**document, "layout": document.get("layout") or places}
    return api.put(f"drafts/{draft['id']}/document/", json={"base_revision": draft["revision"], "document": whole})


def refused(api: httpx.Client, document: dict[str, Any], *, code: str = "") -> dict[str, Any]:
    """The problem that stands in the way of a run; the same is told while it is drawn."""
    draft = new_draft(api, document)
    answer = api.post(f"drafts/{draft['id']}/submit/", json={"experiment": "mistakes"})
    assert answer.status_code == 422, answer.text
    problems: list[dict[str, Any]] = answer.json()["problems"]
    found = next(one for one in problems if not code or one["code"] == code)
    assert found in draft["problems"]
    assert api.get(f"drafts/{draft['id']}/").json()["document"] == draft["document"]
    return found


def training(**parameters: str) -> dict[str, Any]:
    train = {"component": "train_model", "version": "1", "parameters": parameters}
    learner = {"component": "multiclass_logistic_regression", "version": "1"}
    data = edge("data", "dataset", "train", "dataset")
    model = edge("learner", "untrained_model", "train", "untrained_model")
    return {"nodes": {"data": sample(), "learner": learner, "train": train}, "edges": [data, model]}


def sleeping() -> dict[str, Any]:
    """A step that would take a minute, and is new each time."""
    script = f"# {time.time_ns()}\n{SLEEPS}"
    slow = {"component": "execute_python_script", "version": "1", "parameters": {"python_script": script}}
    return {"nodes": {"data": sample(), "slow": slow}, "edges": [edge("data", "dataset", "slow", "dataset1")]}


def sample() -> dict[str, Any]:
    return {"component": "dataset", "version": "1", "parameters": {"dataset": SAMPLE, "version": 1}}


def edge(source: str, source_port: str, target: str, target_port: str) -> dict[str, str]:
    return {"source": source, "source_port": source_port, "target": target, "target_port": target_port}


def other_draft(page: Page, *known: str) -> str:
    """The id of the draft that the browser has gone to, once it is none of these."""
    page.wait_for_url(lambda url: "/designer/" in url and not any(one in url for one in known))
    expect(page.get_by_test_id("canvas")).to_be_visible(timeout=30_000)
    return page.url.rstrip("/").rpartition("/")[2]


def nodes_of(api: httpx.Client, draft: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"drafts/{draft}/").json()["document"]["nodes"]
    return found


def state_of(api: httpx.Client, run: str, node: str) -> str:
    steps = api.get(f"runs/{run}/").json()["steps"]
    return next(str(step["state"]) for step in steps if step["node"] == node)


def contains(words: str) -> Any:
    return re.compile(re.escape(words))


def until(is_so: Any, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.25)
