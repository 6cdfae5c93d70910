"""`mlops health` and the doctor's word for it."""

from __future__ import annotations

import argparse
import json
from types import SimpleNamespace

from mlops.client.commands import health
from mlops.client.commands.health import _lines

FOUND = {
    "parts": [
        {"title": "Database", "state": "ok", "since": None, "findings": []},
        {
            "title": "Room on disks",
            "state": "bad",
            "since": "2026-11-26T10:00:00Z",
            "findings": [{"state": "bad", "what": "far", "why": "Full.", "remedy": "Make room.", "since": None}],
        },
    ]
}


def test_what_is_amiss_is_a_line_with_what_to_do():
    (line,) = _lines(FOUND, with_well=False)
    assert (line["what"], line["since"], line["remedy"]) == ("far", "2026-11-26T10:00:00Z", "Make room.")


def test_parts_that_are_well_are_told_where_they_are_asked_for():
    assert [one["state"] for one in _lines(FOUND, with_well=True)] == ["ok", "bad"]


def test_what_is_piped_is_the_answer_alone(monkeypatch, capsys):
    answer = {"state": "warning", "parts": []}
    monkeypatch.setattr(health, "connect", lambda: SimpleNamespace(get=lambda path: answer))
    assert health.tell(argparse.Namespace(output=None, query=None, look=False, all=False)) == 0
    assert json.loads(capsys.readouterr().out) == answer
