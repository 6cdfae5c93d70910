"""kill -9 in the middle of a run, of a real worker under the real supervisor: the run goes on to its end."""

from __future__ import annotations

import os
import signal
import time

import httpx
import pytest

from tests.journeys.conftest import Studio, studio

__all__ = ["studio"]

SLOW = "import time\ndef azureml_main(dataframe1=None, dataframe2=None):\n    time.sleep(4)\n    return dataframe1\n"
DOCUMENT = {
    "nodes": {
        "data": {"component": "dataset", "version": "1", "parameters": {"dataset": "Palmer penguins"}},
        "slow": {"component": "execute_python_script", "version": "1", "parameters": {"python_script": SLOW}},
    },
    "edges": [{"source": "data", "source_port": "dataset", "target": "slow", "target_port": "dataset1"}],
}


@pytest.fixture
def api(studio: Studio) -> httpx.Client:
    """Signed in with the credential file of the local commands."""
    import json

    found = json.loads((studio.data_dir / "client-credentials.json").read_text())
    return httpx.Client(base_url=f"{studio.url}/api/v1/", headers={"Authorization": f"Bearer {found['token']}"})


def test_a_run_survives_the_death_of_its_worker(api: httpx.Client, studio: Studio) -> None:
    run = submitted(api)
    wait_for(api, run, lambda found: step(found, "slow")["state"] == "running")
    os.kill(worker_of(studio), signal.SIGKILL)
    ended = wait_for(api, run, lambda found: found["state"] in ("completed", "failed"), seconds=90)
    assert ended["state"] == "completed", ended["reason"]
    assert step(ended, "slow")["attempt"] == 2


def submitted(api: httpx.Client) -> str:
    for _second in range(60):
        if any(d["name"] == "Palmer penguins" for d in api.get("palette/?project=getting-started").json()["datasets"]):
            break
        time.sleep(1)
    draft = api.post("drafts/", json={"project": "getting-started"}).json()
    saved = api.put(f"drafts/{draft['id']}/document/", json={"base_revision": 1, "document": DOCUMENT}).json()
    assert saved["problems"] == []
    return str(api.post(f"drafts/{draft['id']}/submit/", json={"experiment": "faults"}).json()["id"])


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


def worker_of(studio: Studio) -> int:
    import psutil

    children = psutil.Process(studio.process.pid).children(recursive=True)
    return next(child.pid for child in children if "mlops.server.worker" in child.cmdline())
