"""One step's process as its worker sees it: what it says, whether it has ended and how, and its end on demand."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from pathlib import Path
from typing import Literal

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.step import PROGRESS_FILE, REPORT_FILE, ProgressLine, StepOrder, StepReport
from mlops.runtime.deaths import sudden_end, too_slow
from mlops.runtime.step import LONGEST_LINE, STDERR_FILE, STDOUT_FILE
from mlops.runtime.tail import Tail, read_plain
from mlops.runtime.watching import Watch

SAID_BYTES = 4_000
MOST_REPORT_BYTES = 10_000_000
KILL_SECONDS = 10.0
"""How long the zygote may take to confirm that it has killed a step."""


class RunningStep:
    """Closing the connection, as the death of this process does, kills the step."""

    def __init__(self, order: StepOrder, connection: socket.socket, pid: int) -> None:
        self.order = order
        self.pid = pid
        self._connection = connection
        self._connection.setblocking(False)
        self._status: int | None = None
        self._folder = Path(order.work_dir)
        self._journal = Tail(self._folder / PROGRESS_FILE)
        self._stdout = Tail(self._folder / STDOUT_FILE)
        self._stderr = Tail(self._folder / STDERR_FILE)
        self._watch = Watch(order, pid)
        wall = order.limits.wall_seconds
        self._deadline = None if wall is None else time.monotonic() + wall

    def wait(self, seconds: float) -> None:
        """Returns earlier where the step ends."""
        with contextlib.suppress(OSError, ValueError):
            select.select([self._connection], [], [], seconds)

    def poll(self) -> StepReport | None:
        """The report once the process has ended, whatever ended it, also a limit that it broke.

        Raises Refusal `step_lost` with its zygote."""
        if self._status is None:
            self._status = self._ended()
        if self._status is not None:
            return self._report(self._status)
        if self._deadline is not None and time.monotonic() > self._deadline:
            self.kill()
            return StepReport(state="failed", error=too_slow(self.order))
        broken = self._watch.breach()
        if broken is not None:
            self.kill()
            return StepReport(state="failed", error=broken)
        return None

    def kill(self) -> None:
        """The process and everything that it started. The zygote does it, which knows whether the process is at work
        for another step by now."""
        with contextlib.suppress(OSError, ValueError):
            self._connection.sendall(b"kill\n")
            self.wait(KILL_SECONDS)
        self._connection.close()

    def news(self) -> list[ProgressLine]:
        """Some of the lines since the last call, in the order of time; empty when there are none."""
        ended = self._status is not None
        said = [told(line) for line in self._journal.lines()]
        said += printed("stdout", self._stdout.lines(ended=ended))
        said += printed("stderr", self._stderr.lines(ended=ended))
        return sorted(said, key=lambda line: line.at)

    def _ended(self) -> int | None:
        try:
            answer = self._connection.recv(100)
        except BlockingIOError:
            return None
        except OSError:
            answer = b""
        words = answer.decode().split()
        if words[:1] == ["exit"]:
            return int(words[1])
        if (self._folder / REPORT_FILE).exists():
            return 0
        raise Refusal(
            "step_lost",
            _("The process that “%(title)s” was forked from ended, and the step with it.")
            % {"title": self.order.title},
            hint=_("The machine may be short of memory."),
            status=503,
        )

    def _report(self, status: int) -> StepReport:
        with contextlib.suppress(OSError, msgspec.MsgspecError):  # else it left none, or one that nobody can read
            content = read_plain(self._folder / REPORT_FILE, most=MOST_REPORT_BYTES)
            report, peak = msgspec.json.decode(content, type=StepReport), self._watch.peak_bytes()
            return report if peak is None else msgspec.structs.replace(report, peak_memory_bytes=peak)
        return StepReport(state="failed", error=sudden_end(self.order, status, said=self._said()))

    def _said(self) -> str:
        try:
            size = (self._folder / STDERR_FILE).lstat().st_size
            said = read_plain(self._folder / STDERR_FILE, begin=max(0, size - SAID_BYTES), most=SAID_BYTES)
        except OSError:
            return ""
        return said.decode(errors="replace")


def told(line: bytes) -> ProgressLine:
    """A script may have written anything there."""
    try:
        return msgspec.json.decode(line, type=ProgressLine)
    except msgspec.MsgspecError:
        text = line.decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")
        return ProgressLine(kind="log", at=time.time(), text=text[:LONGEST_LINE])


def printed(stream: Literal["stdout", "stderr"], lines: list[bytes]) -> list[ProgressLine]:
    """Bytes that no text may hold in a database become visible escapes."""
    now = time.time()
    texts = (line.decode("utf-8", errors="backslashreplace").replace("\0", "\\x00") for line in lines)
    return [ProgressLine(kind="log", at=now, stream=stream, text=text[:LONGEST_LINE]) for text in texts]
