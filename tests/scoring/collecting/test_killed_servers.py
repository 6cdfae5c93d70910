"""Servers and router are killed (SIGKILL) under 1,000 rows a second: what was acknowledged is kept, once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import msgspec

from mlops.formats.serving import (
    Backend,
    DeploymentRoute,
    EndpointRoute,
    RoutingTable,
    ServerProcess,
    ServingPlan,
    ServingState,
)
from mlops.scoring.spool.folder import seal_left
from tests.scoring.collecting.spools import collecting, records
from tests.scoring.folders import price_folder
from tests.scoring.running import ROOT, answers, free_port, process, wait_for

ROWS, CALLERS, PER_SECOND = 10, 8, 1000
SECONDS = 8.0


class Callers:
    """Send `PER_SECOND` rows a second together, and note what was acknowledged: request id to its rows."""

    def __init__(self, url: str) -> None:
        self.acknowledged: dict[str, list[int]] = {}
        self.answered = 0
        self._url = url
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(CALLERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _call(self, number: int) -> None:
        pause, at, count = ROWS * CALLERS / PER_SECOND, time.monotonic(), 0
        client = httpx.Client(timeout=10)
        while not self._ended.is_set():
            at += pause
            count += 1
            given = [number * 1_000_000 + count * ROWS + row for row in range(ROWS)]
            body = {"data": [{"horsepower": one, "weight": 1.0} for one in given]}
            try:
                answer = client.post(self._url, json=body)
                self.answered += 1
                if answer.headers.get("x-mlops-collected") == "1":
                    self.acknowledged[answer.headers["x-request-id"]] = given
            except httpx.HTTPError:
                client.close()
                client = httpx.Client(timeout=10)
            time.sleep(max(0.0, at - time.monotonic()))
        client.close()


def killed(folder: Path) -> bool:
    """One of the servers that run."""
    state = msgspec.json.decode((folder / "state.json").read_bytes(), type=ServingState)
    pids = [one.pid for one in state.servers if one.pid is not None and one.state == "ready"]
    if len(pids) < 2:
        return False
    os.kill(random.choice(pids), signal.SIGKILL)
    return True


def router(table: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mlops.router", "--table", str(table), "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_no_acknowledged_row_is_lost_or_there_twice_when_servers_and_router_are_killed(tmp_path):
    spool, table, front = tmp_path / "spool", tmp_path / "routing.json", free_port()
    folder = price_folder(tmp_path / "price", collection=collecting(spool))
    ports = [free_port(), free_port()]
    plan = ServingPlan(
        servers=tuple(
            ServerProcess(id="blue", folder=str(folder), port=port, revision=1, replica=number)
            for number, port in enumerate(ports, start=1)
        )
    )
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(plan))
    blue = DeploymentRoute(name="blue", backends=tuple(Backend(url=f"http://127.0.0.1:{port}") for port in ports))
    endpoint = EndpointRoute(
        id="e", name="prices", project="p", deployments=(blue,), default="blue", auth_enabled=False
    )
    table.write_bytes(msgspec.json.encode(RoutingTable(revision=1, endpoints=(endpoint,))))
    files = ("--plan", tmp_path / "plan.json", "--state", tmp_path / "state.json", "--routing", table)
    servers_killed = 0
    (tmp_path / "logs").mkdir()
    with process(
        "mlops.supervisor",
        *files,
    ):
        for port in ports:
            wait_for(lambda port=port: answers(f"http://127.0.0.1:{port}", "/readyz"))
        routing = router(table, front)
        callers = Callers(f"http://127.0.0.1:{front}/endpoints/p/prices/score")
        try:
            wait_for(lambda: answers(f"http://127.0.0.1:{front}", "/readyz"))
            callers.start()
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends or servers_killed < 3:
                time.sleep(0.7)
                servers_killed += killed(tmp_path)
                if servers_killed == 2 and routing.poll() is None:
                    routing.kill()
                    routing.wait()
                    routing = router(table, front)
        finally:
            callers.end()
            routing.kill()
            routing.wait()
    seal_left(spool)
    kept = records(spool)
    by_key = {one.key: one for one in kept}
    times = Counter(one.request_id for one in by_key.values())
    assert len(callers.acknowledged) > 100
    assert {times[one] for one in callers.acknowledged} == {1}
    rows = {one.request_id: one.parts["inputs"]["horsepower"] for one in by_key.values()}
    assert {one: rows[one] for one in callers.acknowledged} == callers.acknowledged
    assert all(count == 1 for count in times.values())
