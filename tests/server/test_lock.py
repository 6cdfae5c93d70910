from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlops.env import usable
from mlops.formats.refusal import Refusal
from mlops.server import lock


def test_a_lock_names_its_holder_until_it_is_let_go(tmp_path: Path) -> None:
    with lock.hold(tmp_path, url="http://127.0.0.1:8000"):
        found = lock.holder(tmp_path)
        assert found is not None
        assert (found.pid, found.url) == (os.getpid(), "http://127.0.0.1:8000")
    assert lock.holder(tmp_path) is None


def test_a_second_lock_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    with lock.hold(tmp_path, url="http://127.0.0.1:8000"):
        with pytest.raises(Refusal, match=f"in use by process {os.getpid()} since"):
            lock.hold(tmp_path, url="http://127.0.0.1:9000")
        assert lock.holder(tmp_path) is not None


def test_what_a_killed_holder_left_does_not_hold(tmp_path: Path) -> None:
    (tmp_path / lock.FILE_NAME).write_text('{"pid": 1, "since": 0, "url": "http://127.0.0.1:8000"}')
    lock.hold(tmp_path, url="http://127.0.0.1:8000").close()


def test_a_data_directory_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match="cannot be made"):
        usable(tmp_path / "file" / "below")
