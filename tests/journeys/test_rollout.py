"""Two versions behind one endpoint: shares by slider and keyboard, a rollout begun, followed and rolled back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.test_pages import AXE, VIOLATIONS

pytestmark = pytest.mark.browser

SCRIPT = "def init(): pass\ndef run(data): return {'by': 'me'}\n"
NAMES = ("blue", "green", "teal")
Command = Callable[..., Any]


@pytest.fixture(scope="module")
def command(studio: Studio) -> Command:
    """The command of the product against the studio; the value is its answer."""
    environ = {**os.environ, "MLOPS_DATA_DIR": str(studio.data_dir)}

    def run(*words: str) -> Any:
        line = [sys.executable, "-m", "mlops.client.main", *words, "-o", "json"]
        done = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def endpoint(command: Command, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """With three deployments of a script; blue has the traffic."""
    folder = tmp_path_factory.mktemp("shares")
    (folder / "score.py").write_text(SCRIPT)
    (folder / "weights.bin").write_bytes(b"x")
    command("model", "create", "-n", "shared", "--path", str(folder / "weights.bin"))
    made: dict[str, Any] = command("online-endpoint", "create", "-n", "shared")
    for name in NAMES:
        file = _written(folder / f"{name}.yml", name)
        command("online-deployment", "create", "-f", str(file))
    return made


def _written(file: Path, name: str) -> Path:
    code = "code_configuration: {code: ., scoring_script: score.py}"
    file.write_text(f"name: {name}\nendpoint_name: shared\nmodel: azureml:shared:1\n{code}\n")
    return file


def test_shares_are_moved_by_keyboard_and_a_rollout_is_led_by_buttons(studio, page: Page, command, endpoint):
    page.goto(f"{studio.url}/endpoints/{endpoint['id']}/?tab=traffic")
    slider = page.get_by_label("Share of green in percent")
    slider.focus()
    for _press in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-preview]")).to_contain_text("80 by blue, 20 by green")
    page.get_by_role("button", name="Set traffic").click()
    expect(page.get_by_text("The traffic is set")).to_be_visible()
    assert command("online-endpoint", "show", "-n", "shared")["traffic"] == {"blue": 80, "green": 20}
    page.get_by_role("button", name="Back to blue 100 %").click()
    expect(page.locator("#share-blue")).to_have_value("100")

    page.get_by_label("New", exact=True).select_option("teal")
    page.get_by_label("Steps (%)").fill("10 100")
    page.get_by_role("button", name="Begin").click()
    rollout = page.get_by_test_id("rollout")
    expect(rollout).to_have_attribute("data-step", "0", timeout=30_000)
    expect(rollout).to_contain_text("0 of 100 requests have come")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS) == []
    rollout.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolled back by hand.")).to_be_visible()
    assert command("online-endpoint", "show", "-n", "shared")["traffic"] == {"blue": 100}


def test_a_share_that_is_kept_does_not_follow(studio, page: Page, endpoint):
    page.goto(f"{studio.url}/endpoints/{endpoint['id']}/?tab=traffic")
    page.locator("#share-green").fill("40")
    page.locator("#share-green").blur()
    page.locator("[data-share=green]").get_by_label("Keep").check()
    page.locator("#share-teal").fill("30")
    page.locator("#share-teal").blur()
    values = [page.locator(f"#share-{name}").input_value() for name in NAMES]
    assert values == ["30", "40", "30"]


def test_settings_are_changed_with_the_difference_in_sight_and_changed_back(studio, page: Page, command, endpoint):
    deployment = command("online-deployment", "show", "-n", "teal", "-e", "shared")
    place = f"{studio.url}/endpoints/{endpoint['id']}/{deployment['id']}/"
    page.goto(f"{place}?tab=settings")
    page.get_by_label("Memory (MB)").fill("900")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("region", name="What changes")).to_contain_text("1024 MB → 900 MB")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_test_id("deployment")).to_have_attribute("data-state", "healthy", timeout=60_000)
    page.goto(f"{place}?tab=history")
    page.get_by_role("button", name="Back to revision 1").click()
    expect(page.get_by_text("Back to revision 1;")).to_be_visible()
    assert command("online-deployment", "show", "-n", "teal", "-e", "shared")["revision"] == 3
