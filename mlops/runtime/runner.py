"""The worker's side: starts steps through a warm zygote, watches them, and reads what they report."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.step import ORDER_FILE, PROGRESS_FILE, REPORT_FILE, ProgressLine, StepError, StepOrder, StepReport
from mlops.runtime.step import out_of_memory

START_SECONDS = 120.0
"""How long a zygote may take to import its libraries on a loaded machine."""


class RunningStep:
    """One step's process. Closing the connection, as the death of this process does, kills it."""

    def __init__(self, order: StepOrder, connection: socket.socket, pid: int) -> None:
        self.order = order
        self.pid = pid
        self._connection = connection
        self._connection.setblocking(False)
        self._status: int | None = None
        self._read_to = 0

    def poll(self) -> StepReport | None:
        """The report once the process has ended, whatever ended it."""
        if self._status is None:
            self._status = self._ended()
        return None if self._status is None else self._report(self._status)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._connection.close()

    def news(self) -> list[ProgressLine]:
        """The lines since the last call, in order."""
        path = Path(self.order.work_dir) / PROGRESS_FILE
        try:
            with path.open("rb") as file:
                file.seek(self._read_to)
                content = file.read(4 * 1024 * 1024)
        except FileNotFoundError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._read_to += len(whole)
        return [msgspec.json.decode(line, type=ProgressLine) for line in whole.splitlines()]

    def _ended(self) -> int | None:
        try:
            answer = self._connection.recv(100)
        except BlockingIOError:
            return None
        except OSError:
            answer = b""
        words = answer.decode().split()
        return int(words[1]) if words[:1] == ["exit"] else -signal.SIGKILL

    def _report(self, status: int) -> StepReport:
        path = Path(self.order.work_dir) / REPORT_FILE
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=StepReport)
        return StepReport(state="failed", error=_sudden_end(self.order, status))


class Runner:
    """Keeps one zygote, started at the first step. Safe for use from several threads."""

    def __init__(self, *, python: str = sys.executable) -> None:
        self._python = python
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._socket = Path()

    def start(self, order: StepOrder) -> RunningStep:
        """Raises Refusal `runtime_unavailable` where no process can be started."""
        path = Path(order.work_dir) / ORDER_FILE
        path.write_bytes(msgspec.json.encode(order))
        for attempt in (1, 2):
            try:
                connection = self._connect()
                connection.sendall(f"{path}\n".encode())
                words = _answer(connection).split(maxsplit=1)
                if words[:1] == ["pid"]:
                    return RunningStep(order, connection, int(words[1]))
                raise _unavailable(" ".join(words))
            except OSError as error:
                if attempt == 2:
                    raise _unavailable(str(error)) from error
                self.stop()
        raise AssertionError("unreachable")

    def warm(self) -> None:
        """Starts the zygote now, so that the first step need not wait for it."""
        with contextlib.suppress(Refusal, OSError):
            self._connect().close()

    def stop(self) -> None:
        with self._lock:
            if self._zygote is not None:
                self._zygote.kill()
                self._zygote.wait()
            self._zygote = None

    def _connect(self) -> socket.socket:
        with self._lock:
            if self._zygote is None or self._zygote.poll() is not None:
                self._begin()
            deadline = time.monotonic() + START_SECONDS
            while True:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                connection.settimeout(30)
                try:
                    connection.connect(str(self._socket))
                    return connection
                except (FileNotFoundError, ConnectionRefusedError):
                    connection.close()
                if self._zygote is None or self._zygote.poll() is not None:
                    raise _unavailable("its process ended while it was starting; the worker's log says why")
                if time.monotonic() > deadline:
                    raise _unavailable(f"it was not ready after {START_SECONDS:.0f} s")
                time.sleep(0.02)

    def _begin(self) -> None:
        # A socket's path may have about 100 characters, so it does not lie in the data directory.
        self._socket = Path(tempfile.mkdtemp(prefix="mlops-")) / "zygote"
        threads = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
        self._zygote = subprocess.Popen(
            [self._python, "-m", "mlops.runtime.zygote", "--socket", str(self._socket)],
            stdin=subprocess.PIPE,
            # A thread pool that is running does not survive a fork; one that starts in the step is fine.
            env={**dict.fromkeys(threads, "1"), **os.environ},
        )


def _answer(connection: socket.socket) -> str:
    """One line, byte by byte: what follows it belongs to the step's end."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError("the zygote closed the connection")
        line += byte
    return line.decode().strip()


def _unavailable(why: str) -> Refusal:
    return Refusal(
        "runtime_unavailable",
        f"No process for the step could be started: {why}.",
        hint="It will be tried again; look at the worker's log if it goes on.",
        status=503,
    )


def _sudden_end(order: StepOrder, status: int) -> StepError:
    if status == -signal.SIGKILL:
        return StepError(
            code="killed",
            message=f"The process of “{order.title}” was killed from outside, most likely for lack of memory.",
            hint="Use fewer columns or rows, or a machine with more memory, then run it again.",
        )
    if status < 0:
        name = signal.Signals(-status).name
        if name in ("SIGABRT", "SIGSEGV"):
            return out_of_memory(order) if order.limits.memory_bytes else _crashed(order, name)
        return _crashed(order, name)
    return _crashed(order, f"exit status {status}")


def _crashed(order: StepOrder, how: str) -> StepError:
    return StepError(
        code="crashed",
        message=f"The process of “{order.title}” ended suddenly ({how}).",
        hint="The log may say why. If it is a script of your own, look at native libraries that it uses.",
    )
