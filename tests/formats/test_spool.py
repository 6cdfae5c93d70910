"""Segments of a spool are read as they were written, up to what a killed process left torn."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime

import msgspec
import pytest

from mlops.formats.spool import MAGIC, Record, cut, frame, read_segment


def record(key: str = "a", **given: object) -> Record:
    values: dict[str, object] = {
        "at": 1_790_000_000_000_000,
        "key": key,
        "request_id": "r",
        "correlation_id": "c",
        "endpoint": "prices",
        "deployment": "blue",
        "model": "prices:3",
        "parts": {"inputs": {"age": [1, None], "name": ["x", "é"]}, "predictions": {"Scored Labels": [0.5, 1.0]}},
        "rows": 2,
    }
    return Record(**{**values, **given})  # type: ignore[arg-type]


def test_records_come_back_as_they_were_written():
    written = (record("a"), record("b", is_mirrored=True), record("c", parts={}, dropped=3, reason="full"))
    segment = read_segment(MAGIC + b"".join(map(frame, written)))
    assert (segment.records, segment.torn_bytes) == (written, 0)


def test_a_date_comes_back_in_utc():
    at = datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=UTC)
    segment = read_segment(MAGIC + frame(record(parts={"inputs": {"day": [at]}})))
    assert segment.records[0].parts["inputs"]["day"] == [at]


@pytest.mark.parametrize("lost", [1, 5, 40])
def test_a_torn_end_costs_only_the_record_that_was_being_written(lost):
    whole = MAGIC + frame(record("a"))
    torn = (whole + frame(record("b")))[:-lost]
    segment = read_segment(torn)
    assert [one.key for one in segment.records] == ["a"]
    assert (segment.torn_bytes, cut(torn)) == (len(torn) - len(whole), len(whole))


def test_a_changed_byte_ends_what_is_sound():
    content = bytearray(MAGIC + frame(record("a")) + frame(record("b")))
    content[-10] ^= 1
    assert [one.key for one in read_segment(bytes(content)).records] == ["a"]


def test_what_is_no_segment_is_refused():
    with pytest.raises(ValueError, match="no segment"):
        read_segment(b"PAR1 and more")


def test_a_segment_without_its_beginning_has_nothing_sound():
    assert (read_segment(MAGIC[:3]).records, cut(MAGIC[:3])) == ((), 0)


def test_a_record_with_fields_that_are_not_known_yet_is_read():
    later = [*msgspec.to_builtins(record("a")), "a field of next year"]
    payload = msgspec.msgpack.encode(later)
    content = MAGIC + struct.pack("<II", len(payload), zlib.crc32(payload)) + payload
    assert read_segment(content).records == (record("a"),)
