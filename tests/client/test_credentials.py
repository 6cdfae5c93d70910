from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mlops.client.credentials import FILE_NAME, find, login_file, write
from mlops.formats.refusal import Refusal

LOCAL, REMOTE = "http://127.0.0.1:8000", "https://mlops.example.com"


def _environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path), **more}


def test_the_variables_come_first(tmp_path: Path) -> None:
    environment = _environment(tmp_path, MLOPS_URL=f"{REMOTE}/", MLOPS_TOKEN="t", MLOPS_DATA_DIR=str(tmp_path))
    write(tmp_path / FILE_NAME, url=LOCAL, token="local")
    assert find(environment)[:2] == (REMOTE, "t")


def test_a_data_directory_that_was_named_comes_before_a_login(tmp_path: Path) -> None:
    environment = _environment(tmp_path, MLOPS_DATA_DIR=str(tmp_path))
    write(tmp_path / FILE_NAME, url=LOCAL, token="local")
    write(login_file(environment), url=REMOTE, token="remote")
    assert find(environment)[:2] == (LOCAL, "local")


def test_a_token_kept_for_the_named_server_is_used(tmp_path: Path) -> None:
    environment = _environment(tmp_path, MLOPS_DATA_DIR=str(tmp_path), MLOPS_URL=REMOTE)
    write(login_file(environment), url=REMOTE, token="remote")
    assert find(environment).token == "remote"


def test_a_token_is_never_sent_to_another_server(tmp_path: Path) -> None:
    environment = _environment(tmp_path, MLOPS_DATA_DIR=str(tmp_path), MLOPS_URL=REMOTE)
    write(tmp_path / FILE_NAME, url=LOCAL, token="local")
    assert find(environment).token == ""


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    write(tmp_path / "deep" / FILE_NAME, url=LOCAL, token="t")
    assert stat.S_IMODE((tmp_path / "deep" / FILE_NAME).stat().st_mode) == 0o600


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    with pytest.raises(Refusal, match="No server is known"):
        find(_environment(tmp_path, MLOPS_DATA_DIR=str(tmp_path)))
