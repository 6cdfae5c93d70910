"""Reports that wait for a network: kept in one file of bounded size. When it is full, the oldest are added up into one,
so that counts are never lost, only their minutes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mlops.formats.bundle import DeviceReport

MOST_WAITING = 2_000
MOST_MESSAGES = 20
MESSAGE_LETTERS = 500


class Waiting:
    def __init__(self, file: Path, *, most: int = MOST_WAITING) -> None:
        self._file = file
        self._most = most
        self._reports = _read(file)
        self._next = max((one.number for one in self._reports), default=0) + 1
        self._counter = file.with_suffix(".number")
        if self._counter.is_file():
            self._next = max(self._next, int(self._counter.read_text() or 0))

    def __len__(self) -> int:
        return len(self._reports)

    def add(self, report: DeviceReport) -> None:
        """Numbers it and writes it down."""
        messages = tuple(text[:MESSAGE_LETTERS] for text in report.messages[-MOST_MESSAGES:])
        self._reports.append(msgspec.structs.replace(report, number=self._next, messages=messages))
        self._next += 1
        self._counter.write_text(str(self._next))
        while len(self._reports) > self._most:
            self._reports[:2] = [_together(self._reports[0], self._reports[1])]
        self._write()

    def oldest(self, most: int) -> tuple[DeviceReport, ...]:
        return tuple(self._reports[:most])

    def forget(self, numbers: Sequence[int]) -> None:
        gone = set(numbers)
        self._reports = [one for one in self._reports if one.number not in gone]
        self._write()

    def _write(self) -> None:
        draft = self._file.with_name(f".{self._file.name}.draft")
        with draft.open("wb") as file:
            file.write(b"".join(msgspec.json.encode(one) + b"\n" for one in self._reports))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)


def _together(first: DeviceReport, second: DeviceReport) -> DeviceReport:
    """Both in one, under the number of the later: neither may have been sent."""
    return msgspec.structs.replace(
        second,
        since=first.since,
        requests=first.requests + second.requests,
        errors=first.errors + second.errors,
        refused=first.refused + second.refused,
        rows=first.rows + second.rows,
        seconds_sum=first.seconds_sum + second.seconds_sum,
        restarts=first.restarts + second.restarts,
        rejected_serial=second.rejected_serial or first.rejected_serial,
        messages=(*first.messages, *second.messages)[-MOST_MESSAGES:],
    )


def _read(file: Path) -> list[DeviceReport]:
    """A line that a crash cut off is left out."""
    found = []
    for line in file.read_bytes().splitlines() if file.is_file() else []:
        try:
            found.append(msgspec.json.decode(line, type=DeviceReport))
        except msgspec.DecodeError:
            continue
    return found
