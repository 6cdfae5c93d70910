from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from mlops import env


def _key(folder: Path) -> str:
    return env.secret_key({"MLOPS_DATA_DIR": str(folder)})


def test_those_that_start_at_the_same_time_have_the_same_key(tmp_path: Path) -> None:
    many = 8
    together = Barrier(many)

    def start(folder: Path) -> str:
        together.wait()
        return _key(folder)

    with ThreadPoolExecutor(many) as pool:
        for number in range(50):
            keys = set(pool.map(start, [tmp_path / str(number)] * many))
            assert len(keys) == 1
            assert "" not in keys


def test_the_key_stays_and_is_its_owners_alone(tmp_path: Path) -> None:
    assert _key(tmp_path) == _key(tmp_path) == (tmp_path / "secret_key").read_text()
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_file_that_a_first_start_left_empty_gets_its_key(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    assert _key(tmp_path) == (tmp_path / "secret_key").read_text() != ""
