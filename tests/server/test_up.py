from __future__ import annotations

import json
import os
import socket
import stat
import time
from pathlib import Path

import httpx
import pytest

from mlops.server import serving_check
from tests.server.conftest import Up, all_gone, until


def test_the_link_of_the_ready_line_signs_in_once(up: Up) -> None:
    with httpx.Client(follow_redirects=True) as browser:
        assert browser.get(up.link).status_code == 200
        assert browser.get(f"{httpx.URL(up.link).join('/api/v1/me/')}").json()["name"] == "admin"
    with httpx.Client(follow_redirects=True) as another:
        assert another.get(up.link).status_code == 410


def test_the_first_start_prints_the_generated_password(up: Up) -> None:
    line = next(line for line in up.printed if line.startswith("Administrator"))
    password = line.partition("password: ")[2].split(" ")[0]
    me = httpx.get(httpx.URL(up.link).join("/api/v1/me/"), auth=("admin", password))
    assert me.status_code == 200


def test_the_credential_file_is_its_owners_alone_and_good(up: Up) -> None:
    path = up.folder / "client-credentials.json"
    kept = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    me = httpx.get(f"{kept['url']}/api/v1/me/", headers={"Authorization": f"Bearer {kept['token']}"})
    assert me.json()["is_administrator"] is True


def test_nothing_secret_stays_in_the_data_directory_in_the_open(up: Up) -> None:
    assert not (up.folder / "greeting.json").exists()
    assert "password" not in (up.folder / "logs" / "web.log").read_text()


def test_its_health_check_is_that_of_a_container(up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_DATA_DIR", str(up.folder))
    assert serving_check.trouble("up") == ""
    monkeypatch.setenv("MLOPS_DATA_DIR", str(up.folder / "elsewhere"))
    assert serving_check.trouble("up") == "It has not started yet."


def test_a_second_start_on_the_same_directory_names_the_holder(up: Up) -> None:
    status, errors = Up(up.folder).outcome()
    assert status == 3
    assert "data_dir_in_use" in errors
    assert f"process {up.process.pid} since" in errors


def test_a_busy_port_is_refused_with_the_process_that_has_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        status, errors = Up(tmp_path / "busy", "--port", str(port)).outcome()
    assert status == 3
    assert f"Port {port} on 127.0.0.1 is in use by process {os.getpid()}" in errors
    assert "--port" in errors


def test_a_worker_that_is_killed_is_started_again(up: Up) -> None:
    worker = up.child("mlops.server.worker")
    assert worker is not None
    worker.kill()
    assert until(lambda: (new := up.child("mlops.server.worker")) and new.pid != worker.pid)


def test_sigterm_ends_every_process_within_ten_seconds(own_up: Up) -> None:
    family = own_up.family()
    assert len(family) >= 4
    asked = time.monotonic()
    own_up.process.terminate()
    assert own_up.process.wait(15) == 0
    assert time.monotonic() - asked < 10
    assert until(lambda: all_gone(family), seconds=2)


def test_kill_9_of_mlops_up_leaves_no_process_and_the_next_start_goes_on(own_up: Up) -> None:
    family = own_up.family()
    own_up.process.kill()
    own_up.process.wait()
    assert until(lambda: all_gone(family), seconds=10)
    again = Up(own_up.folder)
    try:
        again.wait_until_ready()
        assert not any(line.startswith("Administrator") for line in again.printed)
    finally:
        again.stop()


def test_unknown_settings_are_warned_of_with_the_nearest_name(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        _, errors = Up(tmp_path / "warned", "--port", port, environment={"MLOPS_DATA_DRI": "/x"}).outcome()
    assert "MLOPS_DATA_DRI is not a setting of MLOps Studio. Did you mean 'MLOPS_DATA_DIR'?" in errors
