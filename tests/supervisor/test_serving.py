"""The serving part alone, as `python -m mlops.supervisor`: servers follow the plan, states say how they are."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from mlops.formats.serving import (
    Backend,
    DeploymentRoute,
    EndpointRoute,
    RoutingTable,
    ServerProcess,
    ServerState,
    ServingPlan,
    ServingState,
)
from tests.scoring.folders import ROW, price_folder, script_folder
from tests.scoring.running import answers, free_port, is_running, process, wait_for


class Plan:
    """The three files around a supervisor."""

    def __init__(self, folder: Path) -> None:
        self.plan, self.state, self.routing = (folder / f"{name}.json" for name in ("plan", "state", "routing"))

    def want(self, *servers: ServerProcess) -> None:
        _replace(self.plan, ServingPlan(servers=servers))

    def route(self, port: int) -> None:
        blue = DeploymentRoute(name="blue", backends=(Backend(url=f"http://127.0.0.1:{port}"),), weight=100)
        endpoint = EndpointRoute(id="e", name="prices", project="p", deployments=(blue,), auth_enabled=False)
        _replace(self.routing, RoutingTable(revision=port, endpoints=(endpoint,)))

    def states(self) -> dict[tuple[str, int], ServerState]:
        if not self.state.exists():
            return {}
        state = msgspec.json.decode(self.state.read_bytes(), type=ServingState)
        return {(server.id, server.revision): server for server in state.servers}

    def state_of(self, id_: str, revision: int = 1) -> str:
        server = self.states().get((id_, revision))
        return server.state if server else ""

    @contextmanager
    def supervised(self) -> Iterator[int]:
        with process("mlops.supervisor", "--plan", self.plan, "--state", self.state, "--routing", self.routing) as it:
            yield it.pid


def _replace(path: Path, value: msgspec.Struct) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(value))
    os.replace(part, path)


@pytest.fixture
def plan(tmp_path) -> Plan:
    return Plan(tmp_path)


def server(folder: Path, *, id_: str = "a", revision: int = 1, **fields: int) -> ServerProcess:
    return ServerProcess(id=id_, folder=str(folder), port=free_port(), revision=revision, **fields)


def test_wanted_servers_run_and_unwanted_ones_end(plan, tmp_path):
    wanted = server(price_folder(tmp_path / "price"), memory_bytes=200 * 2**20)
    with plan.supervised():
        plan.want(wanted)
        wait_for(lambda: plan.state_of("a") == "ready")
        pid = plan.states()[("a", 1)].pid
        plan.want()
        wait_for(lambda: plan.states() == {})
        assert not is_running(pid)


def test_a_crashed_server_is_started_again_and_the_reason_is_written(plan, tmp_path):
    wanted = server(price_folder(tmp_path / "price"))
    with plan.supervised():
        plan.want(wanted)
        wait_for(lambda: plan.state_of("a") == "ready")
        os.kill(plan.states()[("a", 1)].pid, signal.SIGKILL)
        wait_for(lambda: plan.state_of("a") == "crashed")
        assert plan.states()[("a", 1)].reason == "It was killed by SIGKILL."
        wait_for(lambda: plan.state_of("a") == "ready")
        assert plan.states()[("a", 1)].restarts == 1


def test_a_server_that_cannot_start_says_why(plan, tmp_path):
    (tmp_path / "empty").mkdir()
    with plan.supervised():
        plan.want(server(tmp_path / "empty"))
        wait_for(lambda: plan.state_of("a") == "crashed")
        wait_for(lambda: "has no serving.json" in plan.states()[("a", 1)].reason)


def test_a_server_that_is_not_well_says_why(plan, tmp_path):
    folder = script_folder(tmp_path / "script", "def init(): raise ValueError('no licence')\ndef run(data): ...\n")
    with plan.supervised():
        plan.want(server(folder))
        wait_for(lambda: plan.state_of("a") == "unhealthy")
        assert "ValueError: no licence" in plan.states()[("a", 1)].reason


def test_a_new_revision_replaces_the_old_one_without_losing_a_request(plan, tmp_path):
    folder = price_folder(tmp_path / "price")
    first, second = server(folder), server(folder, revision=2)
    router = free_port()
    statuses: list[int] = []
    ended = threading.Event()

    def call() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{router}") as client:
            while not ended.is_set():
                statuses.append(client.post("/endpoints/p/prices/score", json={"data": [ROW]}).status_code)

    plan.route(first.port)
    with plan.supervised(), process("mlops.router", "--table", plan.routing, "--port", str(router)):
        plan.want(first)
        wait_for(lambda: plan.state_of("a", 1) == "ready")
        wait_for(lambda: answers(f"http://127.0.0.1:{router}", "/readyz"))
        callers = [threading.Thread(target=call) for _ in range(4)]
        for caller in callers:
            caller.start()
        plan.want(second)
        wait_for(lambda: plan.state_of("a", 2) == "ready")
        time.sleep(1.5)
        assert plan.state_of("a", 1) == "ready", "it is still in the routing table"
        plan.route(second.port)
        wait_for(lambda: ("a", 1) not in plan.states())
        ended.set()
        for caller in callers:
            caller.join()
    assert len(statuses) > 100
    assert set(statuses) == {200}


def test_a_new_revision_that_does_not_start_leaves_the_old_one_serving(plan, tmp_path):
    (tmp_path / "empty").mkdir()
    with plan.supervised():
        plan.want(server(price_folder(tmp_path / "price")))
        wait_for(lambda: plan.state_of("a", 1) == "ready")
        plan.want(server(tmp_path / "empty", revision=2))
        wait_for(lambda: plan.state_of("a", 2) == "crashed")
        time.sleep(1.2)
        assert plan.state_of("a", 1) == "ready"


def test_a_broken_plan_changes_nothing(plan, tmp_path):
    with plan.supervised():
        plan.want(server(price_folder(tmp_path / "price")))
        wait_for(lambda: plan.state_of("a") == "ready")
        plan.plan.write_text("{")
        time.sleep(0.5)
        assert plan.state_of("a") == "ready"


def test_a_killed_supervisor_takes_servers_and_their_children_along(plan, tmp_path):
    folder = script_folder(tmp_path / "script", "def run(data): return 1\n")
    with plan.supervised() as supervisor:
        plan.want(server(folder))
        wait_for(lambda: plan.state_of("a") == "ready")
        pid = plan.states()[("a", 1)].pid
        (child,) = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        os.kill(supervisor, signal.SIGKILL)
        wait_for(lambda: not is_running(pid), seconds=3)
        wait_for(lambda: not is_running(child), seconds=3)
