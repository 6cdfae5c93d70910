from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops.client.main import main


def _report(capsys: pytest.CaptureFixture[str]) -> dict[str, list[dict[str, str]]]:
    main(["doctor", "-o", "json"])
    report: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    return report


def test_every_setting_is_listed_with_its_origin(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    found = {row["name"]: row for row in _report(capsys)["settings"]}
    assert found["MLOPS_DATA_DIR"]["value"] == str(data_dir)
    assert found["MLOPS_DATA_DIR"]["origin"] == "environment"
    assert found["MLOPS_DEBUG"]["origin"] == "default"


def test_secrets_are_never_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLOPS_TOKEN", "mls_precious")
    (tmp_path / "key").write_text("also-precious")
    monkeypatch.setenv("MLOPS_SECRET_KEY_FILE", str(tmp_path / "key"))
    main(["doctor", "-o", "json"])
    said = capsys.readouterr().out
    assert "precious" not in said
    assert "set, not shown" in said


def test_what_does_not_run_says_how_to_start_it(capsys: pytest.CaptureFixture[str]) -> None:
    worker = next(part for part in _report(capsys)["parts"] if part["name"] == "worker")
    assert worker["state"] == "stopped"
    assert "mlops up" in worker["remedy"]


def test_an_unreachable_database_is_broken_and_the_exit_status_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_DATABASE_URL", "postgres://nobody:secret@127.0.0.1:1/none")
    assert main(["doctor", "-o", "json"]) == 1
    said = capsys.readouterr().out
    assert "127.0.0.1:1" in said
    assert "secret@" not in said
