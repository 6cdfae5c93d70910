"""Files that another process appends to."""

from __future__ import annotations

from mlops.runtime.tail import CHUNK_BYTES, Tail


def test_half_a_line_waits_for_its_end(tmp_path):
    file = tmp_path / "log"
    tail = Tail(file)
    assert tail.lines() == []
    file.write_bytes(b"one\ntw")
    assert tail.lines() == [b"one"]
    file.write_bytes(b"one\ntwo\n")
    assert tail.lines() == [b"two"]
    assert tail.lines() == []


def test_the_last_half_line_is_told_at_the_end(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"one\ntwo")
    assert Tail(file).lines(ended=True) == [b"one", b"two"]


def test_a_line_without_end_does_not_stop_the_reading(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"x" * (CHUNK_BYTES + 5) + b"\nnext\n")
    tail = Tail(file)
    assert len(tail.lines()[0]) == CHUNK_BYTES
    assert tail.lines() == [b"xxxxx", b"next"]
