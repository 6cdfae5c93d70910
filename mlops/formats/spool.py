"""The spool: what a scoring server collected, in files that wait for the control plane to take them.

A spool is a folder. Each process of a server appends to a segment of its own, `NAME.open`, which it holds by flock
while it lives, and seals it within seconds by renaming it to `NAME.seg`: from then on it does not change and may be
read and deleted. A segment begins with MAGIC; each record is a frame: length and CRC-32 (little-endian, 4 bytes
each), then MessagePack. A process that was killed leaves at most one torn frame at the end, which was never
acknowledged: `cut` finds where the sound part ends."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any

import msgspec

MAGIC = b"MLOPSSP1"
OPEN, SEALED = ".open", ".seg"
INPUTS, PREDICTIONS, LABELS = "inputs", "predictions", "labels"
"""Designations that the server itself writes, and that of labels; a script's collectors may name others."""
SEGMENT_NAME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}")
"""Hexadecimal microseconds (UTC) of its beginning and a random number: names sort by time and never come twice."""
MOST_RECORD_BYTES = 64 * 1024 * 1024
_FRAME = struct.Struct("<II")

Columns = dict[str, list[Any]]


class Record(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One scored request, or one call of a script's collector. New fields are added at the end, with a default.

    `key` names what happened: the router may send a request again whose first server died over it, and both servers
    may have written it, so records of one deployment with the same key are one: any of them is kept, the others
    dropped. `parts`: designation to columns by name; values are what JSON has, and datetimes (UTC, aware)."""

    at: int
    """Microseconds since 1970 (UTC), when it was written."""
    key: str
    request_id: str
    correlation_id: str
    endpoint: str
    deployment: str
    model: str
    """`name:version`."""
    parts: dict[str, Columns]
    rows: int = 0
    """Of the request, as far as it has rows; a part's columns have a length of their own."""
    is_mirrored: bool = False
    """A copy of a request whose caller was answered by another deployment."""
    dropped: int = 0
    """This record holds no request, but says how many were answered and could not be kept before it."""
    reason: str = ""
    """Why they could not be kept."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """`torn_bytes` at the end are no sound frame: what a killed process was just writing."""

    records: tuple[Record, ...]
    torn_bytes: int = 0


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def frame(record: Record) -> bytes:
    """Raises OverflowError or TypeError where a value cannot be written."""
    payload = _encoder.encode(record)
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def read_segment(content: bytes) -> Segment:
    """Raises ValueError where it is no segment; a record of a later form is read as far as it is known."""
    records = []
    end = len(MAGIC)
    for start, stop in _frames(content):
        records.append(_decoder.decode(memoryview(content)[start:stop]))
        end = stop
    return Segment(records=tuple(records), torn_bytes=max(0, len(content) - end))


def cut(content: bytes) -> int:
    """How many bytes from the beginning are sound: 0 where not even MAGIC is whole."""
    if content[: len(MAGIC)] != MAGIC:
        return 0
    end = len(MAGIC)
    for _start, stop in _frames(content):
        end = stop
    return end


def _frames(content: bytes) -> list[tuple[int, int]]:
    """Where each sound payload begins and ends, up to the first that is not."""
    if content[: len(MAGIC)] != MAGIC:
        if MAGIC.startswith(content):
            return []
        raise ValueError("This is no segment of a spool: it does not begin with MLOPSSP1.")
    found: list[tuple[int, int]] = []
    place, view = len(MAGIC), memoryview(content)
    while place + _FRAME.size <= len(content):
        size, check = _FRAME.unpack_from(content, place)
        start, stop = place + _FRAME.size, place + _FRAME.size + size
        if size > MOST_RECORD_BYTES or stop > len(content) or zlib.crc32(view[start:stop]) != check:
            break
        found.append((start, stop))
        place = stop
    return found
