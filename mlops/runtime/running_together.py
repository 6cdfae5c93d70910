"""Light steps that one process carries out one after the other, as their worker sees them.

Only what went well is told of: a step without such a report is carried out by itself, and shows there why."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from mlops.formats.step import PROGRESS_FILE, REPORT_FILE, ProgressLine, StepOrder, StepReport
from mlops.runtime.running import KILL_SECONDS, MOST_REPORT_BYTES, printed, told
from mlops.runtime.step import STDERR_FILE, STDOUT_FILE
from mlops.runtime.tail import Tail, read_plain


class Ended(NamedTuple):
    """`report` None: it was not carried out to its end, or not even begun."""

    order: StepOrder
    was_begun: bool
    report: StepReport | None
    news: list[ProgressLine]


class RunningTogether:
    """Closing the connection, as the death of this process does, kills what runs."""

    def __init__(self, orders: Sequence[StepOrder], connection: socket.socket) -> None:
        self._orders, self._connection = orders, connection

    def wait(self, seconds: float) -> bool:
        """Whether all that will end has ended."""
        with contextlib.suppress(OSError, ValueError):
            return bool(select.select([self._connection], [], [], seconds)[0])
        return True

    def end(self) -> list[Ended]:
        """Of each, in their order; what still runs is killed first."""
        if not self.wait(0):
            with contextlib.suppress(OSError):
                self._connection.sendall(b"kill\n")
                self.wait(KILL_SECONDS)
        self._connection.close()
        return [_ended(order) for order in self._orders]


def _ended(order: StepOrder) -> Ended:
    folder = Path(order.work_dir)
    try:
        report = msgspec.json.decode(read_plain(folder / REPORT_FILE, most=MOST_REPORT_BYTES), type=StepReport)
    except (OSError, msgspec.MsgspecError):
        return Ended(order, (folder / PROGRESS_FILE).exists(), None, [])
    news = [told(line) for line in Tail(folder / PROGRESS_FILE).lines(ended=True)]
    news += printed("stdout", Tail(folder / STDOUT_FILE).lines(ended=True))
    news += printed("stderr", Tail(folder / STDERR_FILE).lines(ended=True))
    return Ended(order, True, report, sorted(news, key=lambda line: line.at))
