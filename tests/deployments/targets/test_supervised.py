"""Several supervisors, each beside a router, that run copies of the same servers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from mlops.deployments.targets.supervised import (
    FORGOTTEN_SECONDS,
    LOGS_KEPT_SECONDS,
    SILENT_SECONDS,
    forget,
    logs,
    merged,
    reports,
)
from mlops.deployments.targets.tails import tails
from mlops.formats.serving import ServerState, ServingState
from mlops.supervisor.kept import file_of
from mlops.supervisor.serving import log_name

KEY = ("d", 2, 18100)


def told(state: str = "ready", reason: str = "") -> ServerState:
    return ServerState(id="d", revision=2, pid=1, state=state, reason=reason, since=1.0, port=18100)  # type: ignore[arg-type]


def write(folder: Path, name: str, *servers: ServerState, age: float = 0.0) -> Path:
    path = folder / name
    path.write_bytes(msgspec.json.encode(ServingState(servers=servers)))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_new_server_is_ready_when_all_routers_run_it():
    assert merged([{KEY: told()}, {KEY: told()}])[KEY].state == "ready"
    crashed = merged([{KEY: told()}, {KEY: told("crashed", "No memory.")}])[KEY]
    assert (crashed.state, crashed.reason) == ("crashed", "No memory.")
    waiting = merged([{KEY: told()}, {}])[KEY]
    assert (waiting.state, waiting.reason) == ("starting", "1 of 2 routers run it so far.")


def test_a_router_that_begins_anew_takes_a_deployment_from_no_other():
    assert merged([{KEY: told()}, {KEY: told("starting")}], was_ready={("d", 2)})[KEY].state == "ready"
    assert merged([{KEY: told("crashed")}, {}], was_ready={("d", 2)})[KEY].state == "crashed"


def test_only_supervisors_that_live_are_asked(tmp_path):
    write(tmp_path, "serving-state.json", told("crashed"))
    assert [one[KEY].state for one in reports(tmp_path)] == ["crashed"]
    write(tmp_path, "serving-state-a.json", told())
    write(tmp_path, "serving-state-b.json", told("starting"), age=SILENT_SECONDS + 5)
    assert [one[KEY].state for one in reports(tmp_path)] == ["ready"]


def test_what_a_router_that_is_gone_wrote_is_removed(tmp_path):
    gone = write(tmp_path, "serving-state-b.json", age=FORGOTTEN_SECONDS + 5)
    there = write(tmp_path, "serving-state-a.json")
    kept = {name: tmp_path / file_of(name) for name in "ab"}
    for path in kept.values():
        path.write_text("[]")
    forget(tmp_path)
    assert (gone.exists(), there.exists()) == (False, True)
    assert (kept["b"].exists(), kept["a"].exists()) == (False, True)


def test_each_routers_copy_of_a_server_says_what_it_says_in_a_log_of_its_own(tmp_path):
    (tmp_path / "logs").mkdir()
    id = "0d3adbee-0000-4000-8000-000000000000"
    there, gone, old = (tmp_path / "logs" / log_name(id, of=of) for of in ("here-2", "gone", ""))
    for path in (there, gone, old):
        path.write_text("a line\n")
        os.utime(path, (time.time() - LOGS_KEPT_SECONDS - 5,) * 2)
    write(tmp_path, "serving-state-here-2.json")
    assert tails(logs(tmp_path, "not-yet", count=1), 10) == []
    assert logs(tmp_path, id, count=2) == {"1": old, "1 here-2": there}
    forget(tmp_path)
    assert [path.exists() for path in (there, gone, old)] == [True, False, True]
