"""A spool's folder: sealed segments are read and discarded, and what dead processes left is sealed by whoever looks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlops.formats.spool import frame, read_segment
from mlops.scoring.spool.folder import discard, held, is_empty, read, seal_left
from mlops.scoring.spool.segments import Segment
from tests.formats.test_spool import record

WRITER = """
import sys, time
from pathlib import Path
from mlops.formats.spool import frame
from mlops.scoring.spool.segments import Segment
from tests.formats.test_spool import record
segment = Segment(Path(sys.argv[1]))
segment.append(frame(record("a")))
print("written", flush=True)
time.sleep(60)
"""


def test_what_is_sealed_is_listed_read_and_discarded(tmp_path):
    for key in ("a", "b"):
        segment = Segment(tmp_path)
        segment.append(frame(record(key)))
        segment.seal()
    names = [one.name for one in held(tmp_path)]
    assert [read_segment(read(tmp_path, name)).records[0].key for name in names] == ["a", "b"]
    for name in names:
        discard(tmp_path, name)
        discard(tmp_path, name)
    assert held(tmp_path) == []
    assert is_empty(tmp_path)


def test_a_segment_that_is_written_is_left_alone(tmp_path):
    segment = Segment(tmp_path)
    segment.append(frame(record("a")))
    assert seal_left(tmp_path) == 0
    assert held(tmp_path) == []
    assert not is_empty(tmp_path)
    segment.seal()
    assert len(held(tmp_path)) == 1


def test_what_a_killed_process_left_is_sealed_without_its_torn_end(tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    (left,) = tmp_path.glob("*.open")
    with left.open("ab") as file:
        file.write(frame(record("b"))[:-7])
    assert seal_left(tmp_path) == 1
    (segment,) = held(tmp_path)
    found = read_segment(read(tmp_path, segment.name))
    assert ([one.key for one in found.records], found.torn_bytes) == (["a"], 0)


def test_an_open_segment_without_a_record_is_removed(tmp_path):
    segment = Segment(tmp_path)
    os.close(segment._handle)
    assert seal_left(tmp_path) == 0
    assert is_empty(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "x", "", "0" * 16 + "-" + "0" * 32 + ".seg"])
def test_other_files_than_segments_are_not_to_be_had(tmp_path, name):
    (tmp_path / "secret.seg").write_bytes(b"x")
    with pytest.raises(FileNotFoundError):
        read(tmp_path, name)
    discard(tmp_path, name)
    assert (tmp_path / "secret.seg").exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path):
    assert (held(tmp_path / "none"), is_empty(tmp_path / "none")) == ([], True)


def test_names_sort_by_time(tmp_path):
    names = []
    for _ in range(3):
        segment = Segment(tmp_path)
        segment.append(frame(record("a")))
        segment.seal()
        time.sleep(0.002)
        names.append({one.name for one in held(tmp_path)})
    assert sorted(names[2])[:2] == sorted(names[1])
