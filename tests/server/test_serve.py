"""The parts of a server, each alone, as containers run them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlops.server.serving_check import Told, told_by
from tests.scaled import of_its_own

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password of the tests"
WITHIN_SECONDS = 60.0


def test_a_check_knows_what_process_1_serves() -> None:
    assert told_by(b"python\0/usr/local/bin/mlops\0serve\0web\0--host\x000.0.0.0\0--port\x009000\0") == Told(
        "web", 9000
    )
    assert told_by(b"mlops\0serve\0router\0") == Told("router", 8001)
    assert told_by(b"python\0/usr/local/bin/mlops\0up\0--port\x009000\0") == Told("up", 0)
    assert told_by(b"mlops\0migrate\0") is None


def test_parts_started_before_the_database_is_migrated_wait_for_it(tmp_path: Path) -> None:
    web, router, other = _free_port(), _free_port(), _free_port()
    with (
        _part(tmp_path, "web", "--port", str(web)),
        _part(tmp_path, "worker"),
        _part(tmp_path, "router", "--port", str(router)),
        _part(tmp_path, "router", "--port", str(other)),
    ):
        assert "does not answer" in _mlops(tmp_path, "serve", "check", "web", "--port", str(web)).stdout
        migrated = _mlops(tmp_path, "migrate", "--no-samples")
        assert "Applied" in migrated.stdout, migrated.stderr
        assert "password:" not in migrated.stdout
        _until_well(tmp_path, "web", "--port", str(web))
        _until_well(tmp_path, "worker")
        _until_well(tmp_path, "router", "--port", str(router))
        _until_well(tmp_path, "router", "--port", str(other))
        host = socket.gethostname()
        states = sorted(path.name for path in (tmp_path / "data").glob("serving-state-*.json"))
        assert states == sorted([f"serving-state-{host}-2.json", f"serving-state-{host}.json"])
        assert _status(f"http://127.0.0.1:{web}/sign-in/") == 200
    assert "up to date" in _mlops(tmp_path, "migrate").stdout


def test_migrating_says_which_database_did_not_answer(tmp_path: Path) -> None:
    url = f"postgres://somebody@127.0.0.1:{_free_port()}/none"
    done = _mlops(tmp_path, "migrate", "--wait", "0", MLOPS_DATABASE_URL=url)
    assert done.returncode == 3
    assert "database_unreachable" in done.stderr


@contextmanager
def _part(folder: Path, *words: str) -> Iterator[None]:
    with (folder / f"{words[0]}.log").open("w") as log:
        process = subprocess.Popen(_words("serve", *words), cwd=ROOT, env=_environment(folder), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(20) in (0, -15), (folder / f"{words[0]}.log").read_text()[-3000:]


def _until_well(folder: Path, *words: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while (found := _mlops(folder, "serve", "check", *words)).returncode:
        assert time.monotonic() < deadline, found.stdout + (folder / f"{words[0]}.log").read_text()[-3000:]
        time.sleep(0.3)


def _mlops(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**_environment(folder), **more}
    return subprocess.run(_words(*words), cwd=ROOT, env=environment, capture_output=True, text=True)


def _words(*words: str) -> list[str]:
    return [sys.executable, "-m", "mlops.client.main", *words]


def _environment(folder: Path) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MLOPS_")}
    return clean | of_its_own(folder) | {"MLOPS_DATA_DIR": str(folder / "data"), "MLOPS_ADMIN_PASSWORD": PASSWORD}


def _status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
