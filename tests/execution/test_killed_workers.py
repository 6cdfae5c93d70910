"""Death in the middle of a run, of a real worker under the real supervisor: the run goes on to its end."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.administration.conftest import mlops
from tests.administration.conftest import run as run_in
from tests.journeys.conftest import Studio, free_port, studio
from tests.scaled import of_its_own

__all__ = ["studio"]

SCRIPT = """import subprocess
# run {number}
def azureml_main(dataframe1=None, dataframe2=None):
    subprocess.run(["sleep", "{seconds}"])
    return dataframe1
"""
DJANGO = (
    "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'mlops.settings'; django.setup()\n"
    "from django.core.management import call_command\n"
)
numbers = itertools.count()


def drawing(seconds: int) -> dict:  # type: ignore[type-arg]
    """The script differs each time, so that no result of an earlier test is reused."""
    script = SCRIPT.format(seconds=seconds, number=next(numbers))
    data = {"component": "dataset", "version": "1", "parameters": {"dataset": "Palmer penguins"}}
    slow = {"component": "execute_python_script", "version": "1", "parameters": {"python_script": script}}
    edge = {"source": "data", "source_port": "dataset", "target": "slow", "target_port": "dataset1"}
    return {"nodes": {"data": data, "slow": slow}, "edges": [edge]}


@pytest.fixture
def api(studio: Studio) -> httpx.Client:
    return client_of(studio.url, studio.data_dir)


def test_a_run_survives_the_death_of_its_worker(api: httpx.Client, studio: Studio) -> None:
    run = submitted(api)
    wait_for(api, run, lambda found: step(found, "slow")["state"] == "running")
    os.kill(worker_of(studio), signal.SIGKILL)
    ended = wait_for(api, run, lambda found: found["state"] in ("completed", "failed"), seconds=90)
    assert ended["state"] == "completed", ended["reason"]
    assert step(ended, "slow")["attempt"] == 2


def test_a_stopped_worker_gives_its_step_back_uncounted(api: httpx.Client, studio: Studio) -> None:
    run = submitted(api)
    wait_for(api, run, lambda found: step(found, "slow")["state"] == "running")
    os.kill(worker_of(studio), signal.SIGTERM)
    ended = wait_for(api, run, lambda found: found["state"] in ("completed", "failed"), seconds=90)
    assert ended["state"] == "completed", ended["reason"]
    assert step(ended, "slow")["attempt"] == 1


def test_cancelling_ends_the_process_within_seconds(api: httpx.Client, studio: Studio) -> None:
    run = submitted(api, seconds=120)
    wait_for(api, run, lambda found: step(found, "slow")["state"] == "running")
    assert api.post(f"runs/{run}/cancel/").status_code == 202
    ended = wait_for(api, run, lambda found: found["state"] == "cancelled", seconds=10)
    assert step(ended, "slow")["state"] == "cancelled"
    assert "admin" in ended["reason"]
    assert ["sleep", "120"] not in commands_of(studio)


def test_a_run_survives_the_death_of_everything_and_an_upgrade(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with started(folder) as (first, api):
        run = submitted(api, seconds=6)
        wait_for(api, run, lambda found: step(found, "slow")["state"] == "running")
        family = [first, *psutil.Process(first.pid).children(recursive=True)]
        for one in family:
            one.kill()
        first.wait()
    place = of_its_own(folder)
    older = run_in(folder, "-c", DJANGO + "call_command('migrate', 'quotas', 'zero', verbosity=0)", **place)
    assert older.returncode == 0, older.stderr
    for words in (["--check"], [], ["--back"], []):
        upgraded = mlops(folder, "upgrade", *words, **place)
        assert (upgraded.returncode, "quotas.0001" in upgraded.stdout) == (0, words != ["--back"]), upgraded.stderr
    with started(folder) as (_second, api):
        ended = wait_for(api, run, lambda found: found["state"] in ("completed", "failed"), seconds=90)
        assert ended["state"] == "completed", ended["reason"]
    assert list((folder / "steps").iterdir()) == []


@contextmanager
def started(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """`mlops up` on the folder until the block ends, and a client for it."""
    port, router = free_port(), free_port()
    up = [sys.executable, "-m", "mlops.client.main", "up", "--port", str(port), "--router-port", str(router)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    with subprocess.Popen(
        [*up, "--data-dir", str(folder)], env=environ | of_its_own(folder), stdout=subprocess.DEVNULL
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: is_ready(url, folder))
            yield process, client_of(url, folder)
        finally:
            process.terminate()


def is_ready(url: str, folder: Path) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success and (folder / "client-credentials.json").exists()
    except httpx.TransportError:
        return False


def client_of(url: str, folder: Path) -> httpx.Client:
    """Signed in with the credential file of the local commands."""
    found = json.loads((folder / "client-credentials.json").read_text())
    return httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {found['token']}"}, timeout=30)


def submitted(api: httpx.Client, *, seconds: int = 4) -> str:
    wait_until(lambda: "Palmer penguins" in imported(api))
    draft = api.post("drafts/", json={"project": "getting-started"}).json()
    saved = api.put(f"drafts/{draft['id']}/document/", json={"base_revision": 1, "document": drawing(seconds)}).json()
    assert saved["problems"] == []
    return str(api.post(f"drafts/{draft['id']}/submit/", json={"experiment": "faults"}).json()["id"])


def imported(api: httpx.Client) -> set[str]:
    """Names of the datasets that are ready."""
    offers = api.get("palette/?project=getting-started").json()["datasets"]
    return {offer["name"] for offer in offers if offer["schema"]}


def wait_until(is_so, *, seconds: float = 120) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def wait_for(api: httpx.Client, run: str, is_so, *, seconds: float = 60):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = api.get(f"runs/{run}/").json()
        if is_so(found):
            return found
        time.sleep(0.2)
    raise AssertionError(f"after {seconds} s: {found['state']}, {[s['reason'] for s in found['steps']]}")


def step(found: dict, node: str) -> dict:  # type: ignore[type-arg]
    return next(one for one in found["steps"] if one["node"] == node)


def commands_of(studio: Studio) -> list[list[str]]:
    return [child.cmdline() for child in psutil.Process(studio.process.pid).children(recursive=True)]


def worker_of(studio: Studio) -> int:
    children = psutil.Process(studio.process.pid).children(recursive=True)
    return next(child.pid for child in children if "mlops.server.worker" in child.cmdline())
