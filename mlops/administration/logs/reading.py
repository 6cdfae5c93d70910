"""The last entries of a file that are asked for, read backwards in blocks: a large file costs what is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from mlops.administration.logs.entries import LEVELS, Entry, begins, entry
from mlops.administration.logs.masking import masker

BLOCK = 256 * 1024
MOST_BYTES = 64 * 1024 * 1024
"""How much is looked through for one answer; the next one goes on from there."""
MOST_ENTRY_LINES = 500
MOST_ENTRIES = 1000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    level: str = ""
    """This one and worse."""
    text: str = ""
    """Anywhere in it, in any case; looked for in what is shown, so that nobody finds a secret by guessing."""
    mark: str = ""
    since: datetime | None = None
    until: datetime | None = None
    most: int = 200
    before: int | None = None
    """Only what begins before this offset."""

    def is_of_level_and_time(self, one: Entry) -> bool:
        """What is asked before secrets are looked for, which takes most of the time."""
        if self.level and (one.level not in LEVELS or LEVELS.index(one.level) < LEVELS.index(self.level)):
            return False
        return not (self.until and one.at and one.at > self.until)

    def takes(self, shown: Entry) -> bool:
        """Of one of that level and time, as it is shown."""
        if self.mark and self.mark != shown.mark and self.mark not in shown.text:
            return False
        return not self.text or self.text.casefold() in f"{shown.source} {shown.text}".casefold()

    def is_past(self, one: Entry) -> bool:
        """Older than all that is asked for."""
        return bool(self.since and one.at and one.at < self.since)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[Entry]
    """The oldest first."""
    before: int | None
    """Where to go on for older ones; None where there are none."""


def read(path: Path, wanted: Wanted) -> Found:
    mask, taken = masker(), []
    with path.open("rb") as file:
        end = file.seek(0, 2) if wanted.before is None else min(wanted.before, file.seek(0, 2))
        last = end
        for raw, offset in _entries_backwards(file, end):
            last = offset
            if wanted.mark and wanted.mark not in raw and end - offset <= MOST_BYTES:
                continue
            one = entry(raw, offset)
            if wanted.is_past(one):
                last = 0
                break
            if wanted.is_of_level_and_time(one) and wanted.takes(shown := _masked(one, mask)):
                taken.append(shown)
            if len(taken) >= min(wanted.most, MOST_ENTRIES) or end - offset > MOST_BYTES:
                break
    return Found(entries=taken[::-1], before=last or None)


def masked_lines(path: Path) -> Iterator[bytes]:
    """The whole file, for taking it away."""
    mask = masker()
    with path.open("rb") as file:
        for line in file:
            yield mask(line.decode("utf-8", "replace")).encode()


def _masked(one: Entry, mask: Callable[[str], str]) -> Entry:
    return msgspec.structs.replace(one, text=mask(one.text), mark=mask(one.mark))


def _entries_backwards(file: BinaryIO, end: int) -> Iterator[tuple[str, int]]:
    """Text and place of each entry. Lines before the first that begins one are an entry of their own."""
    after: list[str] = []
    place = end
    for line, offset in _lines_backwards(file, end):
        after.append(line)
        place = offset
        if begins(line) or len(after) >= MOST_ENTRY_LINES:
            yield "\n".join(reversed(after)), place
            after = []
    if after:
        yield "\n".join(reversed(after)), place


def _lines_backwards(file: BinaryIO, end: int) -> Iterator[tuple[str, int]]:
    """Each line that is not empty, and where it begins."""
    rest = b""
    while end > 0:
        start = max(0, end - BLOCK)
        file.seek(start)
        block = file.read(end - start) + rest
        lines = block.split(b"\n")
        offset = start + len(block)
        first = 0 if start == 0 else 1  # the first may begin in the block before
        for line in reversed(lines[first:]):
            offset -= len(line)
            if line.strip():
                yield line.decode("utf-8", "replace").rstrip("\r"), offset
            offset -= 1
        rest = lines[0] if first else b""
        if len(rest) > MOST_BYTES:  # one line without an end
            return
        end = start
