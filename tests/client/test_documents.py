from __future__ import annotations

from pathlib import Path

import pytest

from mlops.client.documents import beside, load
from mlops.formats.refusal import Refusal


def _file(tmp_path: Path, text: str) -> str:
    (tmp_path / "data.yml").write_text(text)
    return str(tmp_path / "data.yml")


def test_a_field_without_meaning_is_told_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = load(_file(tmp_path, "name: a\nstage: x\n"), kind="model", known=["name"], without_meaning=["stage"])
    assert found == {"name": "a"}
    assert "“stage” has no meaning here" in capsys.readouterr().err


def test_an_unknown_field_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        load(_file(tmp_path, "nme: a\n"), kind="model", known=["name", "path"])
    assert refused.value.code == "field_unknown"
    assert "'name'" in refused.value.hint


def test_broken_yaml_names_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="line 2, column"):
        load(_file(tmp_path, "name: a\n  path: b\n"), kind="model", known=["name"])


def test_a_file_that_is_not_there_names_its_neighbour(tmp_path: Path) -> None:
    _file(tmp_path, "")
    with pytest.raises(Refusal) as refused:
        load(str(tmp_path / "dta.yml"), kind="model", known=["name"])
    assert "data.yml" in refused.value.hint


def test_paths_are_relative_to_the_document(tmp_path: Path) -> None:
    assert beside(str(tmp_path / "deep" / "data.yml"), "../cars.csv") == tmp_path / "cars.csv"


def test_fields_are_given_anew_before_they_are_read(tmp_path):
    file = tmp_path / "endpoint.yml"
    file.write_text("name: one\nauth_mode: key\n")
    found = load(str(file), kind="endpoint", known=("name", "auth_mode"), settings=["name=two", "auth_mode=aml_token"])
    assert found == {"name": "two", "auth_mode": "aml_token"}
