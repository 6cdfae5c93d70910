"""One draft, several people, bad networks and killed pages: everything arrives, and everybody undoes their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.test_mistakes import PROJECT, new_draft, nodes_of, training, until
from tests.scaled import of_its_own

pytestmark = pytest.mark.browser

MAKE = f"""
from django.contrib.auth.models import User
from django.urls import reverse
from mlops.access.models import Project
from mlops.accounts.actions import make_sign_in_link
from mlops.accounts.membership import give_role
person = User.objects.create_user("maria", password="a long passphrase")
admin, project = User.objects.get(username="admin"), Project.objects.get(slug="{PROJECT}")
give_role(admin, project, user=person, role="contributor")
print(reverse("accounts:link", args=[make_sign_in_link(person)]))
"""


@pytest.fixture(scope="module")
def api(studio: Studio) -> Iterator[httpx.Client]:
    token = json.loads((studio.data_dir / "client-credentials.json").read_text())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{studio.url}/api/v1/", headers=headers, timeout=60) as client:
        until(lambda: PROJECT in client.get("projects/").text, seconds=60)
        yield client


@pytest.fixture(scope="module")
def maria(studio: Studio, browser: Browser, api: httpx.Client) -> Iterator[BrowserContext]:
    """A second person, signed in in a browser of her own."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE]
    environ = {"MLOPS_DATA_DIR": str(studio.data_dir), "PATH": "/usr/bin:/bin", **of_its_own(studio.data_dir)}
    made = subprocess.run(command, check=True, env=environ, capture_output=True, text=True)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(studio.url + made.stdout.strip().splitlines()[-1])
    page.wait_for_url(f"{studio.url}/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def hers(maria: BrowserContext) -> Iterator[Page]:
    opened = maria.new_page()
    yield opened
    opened.close()


def open_draft(page: Page, studio: Studio, draft: dict[str, Any]) -> None:
    page.goto(studio.url + draft["url"])
    expect(page.get_by_test_id("node-train")).to_be_visible(timeout=30_000)


def choose(page: Page, node: str) -> None:
    page.get_by_test_id(f"node-{node}").click(position={"x": 60, "y": 24})


def comment(page: Page, node: str, words: str) -> None:
    choose(page, node)
    if not page.get_by_test_id("node-comment").is_visible():
        page.get_by_text("Title and comment").click()
    page.get_by_test_id("node-comment").fill(words)


def saved(page: Page) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=30_000)


def test_two_people_see_each_other_and_each_undoes_their_own(
    page: Page, hers: Page, studio: Studio, api: httpx.Client
) -> None:
    draft = new_draft(api, training(label_column="species"))
    for one in (page, hers):
        open_draft(one, studio, draft)
    comment(page, "learner", "from admin")
    saved(page)
    comment(hers, "train", "from maria")
    saved(hers)
    until(lambda: nodes_of(api, draft["id"])["train"].get("comment") == "from maria", seconds=10)
    choose(hers, "learner")
    expect(hers.get_by_test_id("node-comment")).to_have_value("from admin")
    hers.get_by_test_id("tool-undo").click()
    page.get_by_test_id("tool-undo").click()
    until(lambda: not any(node.get("comment") for node in nodes_of(api, draft["id"]).values()), seconds=10)
    for one in (page, hers):
        saved(one)


def test_people_see_where_the_others_are(page: Page, hers: Page, studio: Studio, api: httpx.Client) -> None:
    draft = new_draft(api, training(label_column="species"))
    for one in (page, hers):
        open_draft(one, studio, draft)
    choose(hers, "learner")
    expect(page.get_by_test_id("person-maria")).to_be_visible()
    expect(page.get_by_test_id("visitor-learner")).to_contain_text("maria")
    choose(page, "learner")
    hers.get_by_test_id("param-optimization_tolerance").focus()
    expect(page.get_by_test_id("field-visitor-optimization_tolerance")).to_contain_text("maria is editing this field")
    hers.close()
    expect(page.get_by_test_id("person-maria")).to_have_count(0)


def test_undo_survives_a_reload(page: Page, studio: Studio, api: httpx.Client) -> None:
    draft = new_draft(api, training(label_column="species"))
    open_draft(page, studio, draft)
    choose(page, "learner")
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("node-learner")).to_have_count(0)
    saved(page)
    page.reload()
    expect(page.get_by_test_id("node-train")).to_be_visible(timeout=30_000)
    page.get_by_test_id("tool-undo").click()
    expect(page.get_by_test_id("node-learner")).to_be_visible()
    until(lambda: nodes_of(api, draft["id"]) == draft["document"]["nodes"], seconds=10)
    expect(page.get_by_test_id("tool-redo")).to_be_enabled()


def test_changes_made_offline_are_sent_when_the_network_is_back(
    maria: BrowserContext, hers: Page, studio: Studio, api: httpx.Client
) -> None:
    draft = new_draft(api, training(label_column="species"))
    open_draft(hers, studio, draft)
    maria.set_offline(True)
    comment(hers, "learner", "written offline")
    choose(hers, "train")
    hers.keyboard.press("Delete")
    expect(hers.get_by_test_id("save-state")).to_have_attribute("data-state", "error")
    expect(hers.get_by_test_id("save-state")).to_contain_text("2 changes wait")
    assert set(nodes_of(api, draft["id"])) == {"data", "learner", "train"}
    maria.set_offline(False)
    saved(hers)
    assert set(nodes_of(api, draft["id"])) == {"data", "learner"}
    assert nodes_of(api, draft["id"])["learner"]["comment"] == "written offline"


def test_a_killed_page_loses_nothing(maria: BrowserContext, studio: Studio, api: httpx.Client) -> None:
    draft = new_draft(api, training(label_column="species"))
    killed = maria.new_page()
    open_draft(killed, studio, draft)
    maria.set_offline(True)
    comment(killed, "learner", "before the crash")
    expect(killed.get_by_test_id("save-state")).to_have_attribute("data-state", "error")
    killed.close(run_before_unload=False)
    maria.set_offline(False)
    again = maria.new_page()
    open_draft(again, studio, draft)
    until(lambda: nodes_of(api, draft["id"])["learner"].get("comment") == "before the crash", seconds=15)
    again.get_by_test_id("tool-undo").click()
    until(lambda: "comment" not in nodes_of(api, draft["id"])["learner"], seconds=10)
    again.close()


def test_a_version_is_named_compared_and_restored(page: Page, studio: Studio, api: httpx.Client) -> None:
    draft = new_draft(api, training(label_column="species"))
    open_draft(page, studio, draft)
    page.get_by_test_id("more").click()
    page.get_by_test_id("revisions").click()
    page.get_by_test_id("version-name").fill("Before the fair")
    page.get_by_test_id("name-version").click()
    expect(page.locator(".history-name")).to_have_text("Before the fair")
    page.keyboard.press("Escape")
    choose(page, "learner")
    page.keyboard.press("Delete")
    saved(page)
    page.get_by_test_id("more").click()
    page.get_by_test_id("revisions").click()
    page.get_by_test_id(f"since-{draft['revision']}").click()
    expect(page.get_by_test_id("part-learner")).to_contain_text("removed")
    expect(page.locator('[data-node="learner"]')).to_have_attribute("data-kind", "removed")
    page.get_by_test_id("side-by-side").click()
    expect(page.locator("figure.diff-picture")).to_have_count(2)
    open_draft(page, studio, draft)
    page.get_by_test_id("more").click()
    page.get_by_test_id("revisions").click()
    page.get_by_test_id(f"restore-{draft['revision']}").click()
    expect(page.get_by_test_id("node-learner")).to_be_visible()
    page.get_by_test_id("tool-undo").click()
    expect(page.get_by_test_id("node-learner")).to_have_count(0)
