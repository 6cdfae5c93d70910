"""The whole product, started as a user starts it, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.scaled import of_its_own

READY_SECONDS = 120


@dataclass(frozen=True)
class Studio:
    url: str
    sign_in: str
    data_dir: Path
    roots: Path
    """Where its administrator allows data and repositories on this machine."""
    process: subprocess.Popen[str]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """`mlops up` in a directory of its own."""
    folder = tmp_path_factory.mktemp("studio")
    (folder / "roots").mkdir()
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    command = [sys.executable, "-m", "mlops.client.main", "up", "--port", str(port), "--router-port", str(free_port())]
    with (folder / "up.log").open("w") as errors:
        process = subprocess.Popen(
            [*command, "--data-dir", str(folder / "data")],
            env=environ | of_its_own(folder / "data") | {"MLOPS_DATASTORE_ROOTS": str(folder / "roots")},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield Studio(
            url=f"http://127.0.0.1:{port}",
            sign_in=_ready_link(process, folder / "up.log"),
            data_dir=folder / "data",
            roots=folder / "roots",
            process=process,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Without windows, where it can be had so: that is half the work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    chromium = next((path for name in names if (path := shutil.which(name))), None)
    if chromium is None:
        pytest.fail("No Chromium on this machine: the test command installs Debian's `chromium-headless-shell`.")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="session")
def signed_in(studio: Studio, browser: Browser) -> Iterator[BrowserContext]:
    """The administrator's session; the one-time link of the ready line is used here.

    Without motion: a wheel that turns while a page waits takes most of a processor to draw."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(studio.sign_in)
    page.wait_for_url(f"{studio.url}/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when the console showed an error."""
    opened = signed_in.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


def _ready_link(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(READY_SECONDS)
    try:
        for line in process.stdout:
            if line.startswith("ready: "):
                return line.removeprefix("ready: ").strip()
    finally:
        signal.alarm(0)
    raise AssertionError(f"`mlops up` ended before it was ready:\n{log.read_text()[-4000:]}")


def _too_late(*_: object) -> None:
    raise TimeoutError(f"`mlops up` was not ready after {READY_SECONDS} s")
