"""A warm process that has the libraries imported and forks itself for each step.

It ends with its parent, whose death closes its standard input, or after ten idle minutes, and kills the steps of a
connection that closes. Protocol, one connection a step: the client sends the path of an order and a newline; the
answers are `pid N` and, when the step's process has ended, `exit STATUS` (as os.waitstatus_to_exitcode)."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import msgspec

from mlops.formats.step import StepOrder

IDLE_SECONDS = 600.0
PR_SET_PDEATHSIG = 1


class Zygote:
    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._selector = selectors.DefaultSelector()
        self._steps: dict[int, socket.socket] = {}
        self._wakeup, self._bell = socket.socketpair()
        self._quiet_since = time.monotonic()

    def serve(self) -> None:
        self._wakeup.setblocking(False)
        self._bell.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._listener, selectors.EVENT_READ, "new")
        self._selector.register(self._wakeup, selectors.EVENT_READ, "ended")
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "parent")
        while not self._is_idle():
            for key, _mask in self._selector.select(30):
                if key.data == "new":
                    self._accept()
                elif key.data == "ended":
                    with contextlib.suppress(BlockingIOError):
                        self._wakeup.recv(4096)
                elif key.data == "parent":
                    return self._kill_all()
                else:
                    self._client_left(key.fileobj, key.data)
            self._reap()

    def _accept(self) -> None:
        connection, _address = self._listener.accept()
        connection.settimeout(5)
        try:
            order = _read_order(connection)
            pid = os.fork()
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            _tell(connection, f"refused {error}")
            connection.close()
            return
        if pid == 0:
            self._become_step(order, connection)
        self._steps[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        _tell(connection, f"pid {pid}")

    def _become_step(self, order: StepOrder, connection: socket.socket) -> None:
        """Only in the forked child; ends the process."""
        status = 70
        try:
            os.setsid()
            die_with_parent()
            _die_first_for_want_of_memory()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._selector.close()
            for inherited in (self._listener, self._wakeup, self._bell, connection, *self._steps.values()):
                inherited.close()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            from mlops.runtime.step import run_step

            status = 0 if run_step(order).state == "completed" else 1
        finally:
            os._exit(status)

    def _client_left(self, connection: object, pid: int) -> None:
        """Nobody waits for this step any more: its worker has died or has cancelled it."""
        self._selector.unregister(connection)  # type: ignore[arg-type]
        self._steps.pop(pid).close()
        _kill_group(pid)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            _kill_group(pid)  # what the step left behind
            self._quiet_since = time.monotonic()
            connection = self._steps.pop(pid, None)
            if connection is None:
                continue
            self._selector.unregister(connection)
            _tell(connection, f"exit {os.waitstatus_to_exitcode(status)}")
            connection.close()

    def _is_idle(self) -> bool:
        return not self._steps and time.monotonic() - self._quiet_since > IDLE_SECONDS

    def _kill_all(self) -> None:
        for pid in self._steps:
            _kill_group(pid)


def die_with_parent() -> None:
    """SIGKILL when the parent dies (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _die_first_for_want_of_memory() -> None:
    """A machine without memory kills the step, not the worker or the database beside it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def warm_up() -> None:
    """Everything that built-in components import. Their thread pools start at the first use, which is after the fork;
    what runs before it (the allocator's own thread) knows of forks."""
    import lightgbm  # noqa: F401
    import pandas  # noqa: F401
    import polars  # noqa: F401
    import sklearn.linear_model
    import sklearn.preprocessing  # noqa: F401

    import mlops.blocks.evaluating
    import mlops.blocks.execution
    import mlops.blocks.scripting
    import mlops.blocks.training
    import mlops.blocks.values
    import mlops.stats.profile  # noqa: F401


def _read_order(connection: socket.socket) -> StepOrder:
    line = b""
    while not line.endswith(b"\n"):
        chunk = connection.recv(4096)
        if not chunk:
            raise ValueError("the connection closed before the order came")
        line += chunk
    return msgspec.json.decode(Path(line.decode().strip()).read_bytes(), type=StepOrder)


def _tell(connection: socket.socket, line: str) -> None:
    """A client that has left is noticed by its closed connection."""
    with contextlib.suppress(OSError):
        connection.sendall(f"{line}\n".encode())


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mlops.runtime.zygote")
    parser.add_argument("--socket", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    gc.collect()
    gc.freeze()  # pages that the collector never touches stay shared with the steps
    try:
        Zygote(arguments.socket).serve()
    finally:
        shutil.rmtree(arguments.socket.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
