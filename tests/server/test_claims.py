"""Names for processes that share a data directory, and the sign of life that a worker gives under its own."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from mlops.server import serving_check
from mlops.server.claims import FORGOTTEN_SECONDS, claim, held_here

HOST = socket.gethostname()


def test_processes_of_one_host_name_have_names_of_their_own(tmp_path: Path) -> None:
    first, second = claim(tmp_path), claim(tmp_path)
    assert [first.name, second.name] == [HOST, f"{HOST}-2"]
    first.file.close()
    assert claim(tmp_path).name == HOST


def test_only_who_lives_on_this_machine_is_asked(tmp_path: Path) -> None:
    here, gone, elsewhere = claim(tmp_path), claim(tmp_path), claim(tmp_path)
    gone.file.close()
    elsewhere.path.write_text("another")
    assert list(held_here(tmp_path)) == [here.path]


def test_what_those_left_that_are_gone_for_long_is_removed(tmp_path: Path) -> None:
    there, *gone = [claim(tmp_path) for _ in range(3)]
    for one in (there, *gone):
        os.utime(one.path, (time.time() - FORGOTTEN_SECONDS - 5,) * 2)
    for one in gone:
        one.file.close()
    (tmp_path / "routers").mkdir()
    assert claim(tmp_path).path == gone[0].path
    assert (there.path.exists(), gone[1].path.exists()) == (True, False)


def test_a_silent_worker_is_found_beside_one_that_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_DATA_DIR", str(tmp_path))
    assert "no sign of life" in serving_check.trouble("worker")
    one, other = claim(serving_check.signs()), claim(serving_check.signs())
    assert serving_check.trouble("worker") == ""
    os.utime(one.path, (time.time() - 90,) * 2)
    assert "90 s ago" in serving_check.trouble("worker")
    one.file.close()
    assert serving_check.trouble("worker") == ""
    other.file.close()


def test_the_sign_of_a_worker_of_an_older_version_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_DATA_DIR", str(tmp_path))
    serving_check.signs().mkdir()
    (serving_check.signs() / HOST).touch()
    assert serving_check.trouble("worker") == ""
