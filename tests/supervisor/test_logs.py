"""Why a process ended, in one line of its log."""

from __future__ import annotations

import pytest

from mlops.supervisor.backoff import Backoff
from mlops.supervisor.logs import last_error


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("", ""),
        ("started\nlistening\n", "listening"),
        ("started\nTraceback (most recent call last):\n  File x\nKeyError: 'a'\nbye\n", "KeyError: 'a'"),
        ('{"level":"error","code":"x","detail":"the model is gone"}\nbye\n', "the model is gone"),
        ("the port cannot be opened\nstopping\n", "the port cannot be opened"),
    ],
)
def test_the_line_that_tells_the_reason_is_found(tmp_path, log, reason):
    (tmp_path / "log").write_text(log)
    assert last_error(tmp_path / "log") == reason


def test_lines_of_an_earlier_life_do_not_count(tmp_path):
    (tmp_path / "log").write_text("ValueError: old\nnew life\n")
    assert last_error(tmp_path / "log", start_bytes=16) == "new life"


def test_a_log_that_is_not_there_has_no_reason(tmp_path):
    assert last_error(tmp_path / "log") == ""


def test_pauses_double_to_thirty_seconds_and_begin_anew_after_a_healthy_minute():
    backoff = Backoff()
    assert [backoff.after(1.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff.after(61.0) == 0.5
