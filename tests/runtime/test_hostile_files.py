"""A script writes over the files by which its step talks to the worker."""

from __future__ import annotations

import os

import pytest

from mlops.runtime.tail import Tail, read_plain
from tests.runtime.conftest import ended, said


def test_a_log_that_becomes_a_link_to_a_secret_is_not_read(runner, script, tmp_path):
    (tmp_path / "secret").write_text("tell nobody\n")
    swap = (
        f"for name in ('stdout.txt', 'progress.jsonl'): os.unlink(name); os.symlink({str(tmp_path / 'secret')!r}, name)"
    )
    step = runner.start(script("import os", swap, "return dataframe1,"))
    assert ended(step).state == "completed"
    assert "tell nobody" not in "".join(said(step))


def test_a_report_that_is_a_link_or_nonsense_fails_the_step_alone(runner, script):
    step = runner.start(script("import os", "open('report.json', 'w').write('{nonsense')", "os._exit(0)"))
    error = ended(step).error
    assert error is not None
    assert error.code == "crashed"


def test_a_progress_line_of_nonsense_is_shown_as_it_is(runner, script):
    step = runner.start(
        script("open('progress.jsonl', 'a').write('nonsense\\n{\"kind\": 3}\\n')", "return dataframe1,")
    )
    assert ended(step).state == "completed"
    assert "nonsense" in said(step)


@pytest.mark.parametrize("kind", ["link", "second name", "pipe"])
def test_only_plain_files_are_read(tmp_path, kind):
    (tmp_path / "secret").write_text("tell nobody\n")
    make = {"link": os.symlink, "second name": os.link, "pipe": lambda _old, new: os.mkfifo(new)}
    make[kind](tmp_path / "secret", tmp_path / "log")
    assert Tail(tmp_path / "log").lines(ended=True) == []
    with pytest.raises(OSError, match=r"plain|link|level"):
        read_plain(tmp_path / "log")
