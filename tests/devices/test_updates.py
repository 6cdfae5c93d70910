"""The way of a model to a device and back: real deployments, real bundles, a real `run`, and the real server's API."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mlops.deployments import actions as deploying
from mlops.deployments import tasks
from mlops.deployments.models import Deployment, DeploymentState
from mlops.devices import actions
from mlops.devices.api import bundle_file
from mlops.devices.models import Device
from mlops.devices.queries import standing_of
from mlops.formats.refusal import Refusal
from tests.deployments.conftest import eventually
from tests.device.bundles import unpacked
from tests.registry.shelf import registered
from tests.scoring.running import free_port

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "import json\ndef init():\n    pass\ndef run(data):\n    return sum(json.loads(data)['data'])\n"
DOUBLED = SCRIPT.replace("return", "return 2 *")
BROKEN = SCRIPT.replace("    pass", "    raise ValueError('no such weights')")
MACHINE = platform.machine()


@pytest.fixture
def deployment(contributor, project, live_server, monkeypatch) -> Deployment:
    """Ready, with a bundle for this machine that reports to the test's server."""
    monkeypatch.setenv("MLOPS_URL", live_server.url)
    endpoint = deploying.create_endpoint(contributor, project, name="prices")
    made = deploying.create_deployment(
        contributor,
        endpoint,
        name="blue",
        version=registered(contributor, project),
        entry="script",
        script=SCRIPT,
        target="iot_edge",
        target_options={"platforms": [MACHINE]},
        requirements={"packages": ["numpy"]},
    )
    return settled(made)


def settled(deployment: Deployment) -> Deployment:
    tasks.apply(str(deployment.pk))
    tasks.observe()
    deployment.refresh_from_db()
    assert (deployment.state, deployment.reason) == (DeploymentState.HEALTHY, "")
    return deployment


class Running:
    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home

    def is_ready(self, body: bytes) -> bool:
        try:
            return httpx.post(f"{self.url}/score", content=body, timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def answer(self) -> Any:
        try:
            return httpx.post(f"{self.url}/score", content=b'{"data": [1, 2]}', timeout=10).json()
        except httpx.TransportError:
            return None


@contextmanager
def device_with(
    deployment: Deployment, folder: Path, token: str = "", *, body: bytes = b'{"data": [1, 2]}'
) -> Iterator[Running]:
    archive = folder / "bundle.tar.gz"
    archive.write_bytes(b"".join(bundle_file(deployment, MACHINE)))  # type: ignore[arg-type]
    bundle = unpacked(archive, folder)
    port = free_port()
    arguments = ["--port", str(port), "--period", "0.4", *(["--token", token] if token else [])]
    environment = {"PATH": os.environ["PATH"], "MLOPS_PYTHON": sys.executable}
    with (folder / "device.log").open("wb") as log:
        process = subprocess.Popen([bundle / "run", *arguments], stdout=log, stderr=log, env=environment)
    try:
        running = Running(f"http://127.0.0.1:{port}", folder / "prices-blue.device")
        eventually(lambda: running.is_ready(body))
        yield running
    finally:
        process.terminate()
        assert process.wait(30) == 0, (folder / "device.log").read_text()


def is_seen(device: Device, holds: Callable[[Device], object]) -> Callable[[], object]:
    def looked() -> object:
        device.refresh_from_db()
        return holds(device)

    return looked


def test_a_device_reports_its_requests_and_is_current(deployment, contributor, tmp_path):
    device, token = actions.enrol(contributor, deployment, name="gate 1", platform=MACHINE)
    assert standing_of(device).state == "waiting"
    with device_with(deployment, tmp_path, token) as running:
        for _ in range(5):
            assert running.answer() == 3
        eventually(is_seen(device, lambda one: one.requests >= 6))
        assert httpx.post(f"{running.url}/nothing", content=b"").status_code == 404
        eventually(is_seen(device, lambda one: one.refused == 1))
    assert (device.serial, standing_of(device).state) == (1, "current")


def test_a_newer_bundle_takes_over_without_a_failed_request_and_survives_a_restart(deployment, contributor, tmp_path):
    device, token = actions.enrol(contributor, deployment, name="gate", platform=MACHINE)
    with device_with(deployment, tmp_path, token) as running:
        settled(deploying.update_deployment(contributor, deployment, script=DOUBLED))
        answers: list[Any] = []

        def asked() -> bool:
            answers.append(running.answer())
            return answers[-1] == 6

        eventually(asked)
        assert set(answers) <= {3, 6}
        eventually(is_seen(device, lambda one: one.serial == 2))
        assert "Updated to bundle 2" in device.message
    environment = {"PATH": os.environ["PATH"], "MLOPS_PYTHON": sys.executable}
    port = free_port()
    again = subprocess.Popen([tmp_path / "prices-blue" / "run", "--port", str(port)], env=environment)
    try:
        eventually(lambda: Running(f"http://127.0.0.1:{port}", tmp_path).answer() == 6)
    finally:
        again.terminate()
        assert again.wait(30) == 0


def test_a_bundle_that_does_not_start_is_told_and_the_old_one_goes_on(deployment, contributor, tmp_path):
    device, token = actions.enrol(contributor, deployment, name="gate", platform=MACHINE)
    with device_with(deployment, tmp_path, token) as running:
        settled(deploying.update_deployment(contributor, deployment, script=BROKEN))
        eventually(is_seen(device, lambda one: one.rejected_serial == 2))
        assert running.answer() == 3
        assert "no such weights" in device.message
        assert (standing_of(device).state, device.serial) == ("behind", 1)
        settled(deploying.update_deployment(contributor, deployment, script=DOUBLED))
        eventually(lambda: running.answer() == 6)
        eventually(is_seen(device, lambda one: one.serial == 3 and one.rejected_serial is None))


def test_without_a_network_reports_wait_and_arrive_once_there_is_one(deployment, contributor, tmp_path, live_server):
    device, token = actions.enrol(contributor, deployment, name="gate", platform=MACHINE)
    with device_with(deployment, tmp_path) as running:
        for _ in range(4):
            running.answer()
        eventually(lambda: (running.home / "reports.jsonl").is_file())
        (running.home / "token").write_text(token)
        eventually(is_seen(device, lambda one: one.requests >= 5))


def test_a_server_that_dies_is_started_again_by_the_device(deployment, tmp_path):
    with device_with(deployment, tmp_path) as running:
        inner = f"{tmp_path}/prices-blue/serving"
        found = subprocess.run(["pgrep", "-f", f"mlops.scoring --folder {inner}"], capture_output=True, text=True)
        subprocess.run(["kill", "-9", *found.stdout.split()], check=True)
        eventually(lambda: running.answer() == 3)


def test_a_trained_model_answers_on_the_device_as_it_was_recorded(contributor, project, tmp_path):
    endpoint = deploying.create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    options = {"target": "iot_edge", "target_options": {"platforms": [MACHINE]}}
    made = settled(
        deploying.create_deployment(contributor, endpoint, name="blue", version=version, entry="native", **options)
    )
    row = b'{"data": [{"power": 100, "weight": 1200.0, "make": "audi"}]}'
    with device_with(made, tmp_path, body=row) as running:
        answer = httpx.post(f"{running.url}/score", content=row, timeout=10).json()
        assert answer["predictions"][0]["Scored Labels"] > 0


def test_a_deployment_on_devices_takes_no_traffic_of_the_endpoint(deployment, contributor):
    assert deployment.endpoint.traffic == {}
    with pytest.raises(Refusal) as refused:
        deploying.update_traffic(contributor, deployment.endpoint, shares={"blue": 100})
    assert refused.value.code == "has_no_address"
