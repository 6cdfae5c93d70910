from __future__ import annotations

import argparse

import pytest

from mlops.client.errors import WrongUsage
from mlops.client.output import as_table, as_tsv, show

ROWS = [{"name": "blue", "state": "healthy", "tags": {"a": 1}}, {"name": "green", "state": None, "tags": {}}]


def _shown(capsys: pytest.CaptureFixture[str], form: str, query: str | None = None, value: object = ROWS) -> str:
    show(argparse.Namespace(output=form, query=query), value)
    return capsys.readouterr().out


def test_a_table_has_a_heading_and_aligned_columns() -> None:
    assert as_table(ROWS).splitlines() == ["NAME   STATE", "blue   healthy", "green"]


def test_an_empty_list_says_so() -> None:
    assert as_table([]) == "Nothing found."


def test_tsv_has_one_line_a_row_and_no_heading() -> None:
    assert as_tsv([{"a": 1, "b": "x"}, {"a": 2.5, "b": None}]) == "1\tx\n2.5\t"


def test_a_query_picks_from_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert _shown(capsys, "tsv", "[?state=='healthy'].name") == "blue\n"
    assert _shown(capsys, "json", "[0].tags") == '{\n  "a": 1\n}\n'


def test_yaml_can_be_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    import yaml

    assert yaml.safe_load(_shown(capsys, "yaml")) == ROWS


def test_a_single_value_in_yaml_is_the_value_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert _shown(capsys, "yaml", "[0].name") == "blue\n"


def test_a_broken_query_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongUsage, match="no JMESPath"):
        _shown(capsys, "json", "[?")


def test_a_pipe_gets_json_without_being_asked(capsys: pytest.CaptureFixture[str]) -> None:
    show(argparse.Namespace(output=None, query=None), {"a": 1})
    assert capsys.readouterr().out == '{\n  "a": 1\n}\n'
