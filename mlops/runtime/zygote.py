"""A warm process that has the libraries imported and forks itself for steps.

The process of a light step (runtime.light) stays for the next light one; any other step has a fresh one. It ends with
its parent, whose death closes its standard input, or after ten idle minutes, and kills the steps of a connection that
closes. It also kills them when its parent stands still: from that it hears a sign of life on its standard input every
few seconds, and without it another worker may have the steps by now.

Protocol, one connection a step: the client sends the path of an order and a newline; the answers are `pid N` and,
when the step has ended, `exit STATUS` (as os.waitstatus_to_exitcode). `kill` and a newline ends it before. Light steps
may come many in one file: a process carries them out one after the other, until one fails or time is up."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import gc
import os
import select
import selectors
import shutil
import signal
import socket
import struct
import sys
import time
from pathlib import Path

import msgspec

from mlops.confinement.family import TASKS, adopt_orphans, end_descendants
from mlops.confinement.groups import Group, make_group, remove_lost
from mlops.formats.step import StepOrder
from mlops.runtime.deaths import NO_SPACE
from mlops.runtime.light import is_light

IDLE_SECONDS = 600.0
SPARE_SECONDS = 20.0
"""How long a process waits for its next light step."""

TOGETHER_SECONDS = 1.0
"""After so long it begins no other of those that came together."""

MOST_STEPS, MOST_GROWTH_BYTES = 200, 200_000_000
"""How many light steps one process serves, and by how much it may have grown before it ends."""

SILENT_SECONDS = 15.0
"""Without a sign of life of the parent for so long its steps are another's: as long as a worker's lease."""

PR_SET_PDEATHSIG = 1


class Zygote:
    def __init__(self, path: Path, *, silent_seconds: float = SILENT_SECONDS) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        new = path.with_suffix(".new")
        self._listener.bind(str(new))
        self._listener.listen(64)
        new.rename(path)  # under its name it answers, or nobody is there any more
        self._selector = selectors.DefaultSelector()
        self._steps: dict[int, socket.socket] = {}
        """Process to the client that waits for it."""
        self._channels: dict[int, socket.socket] = {}
        """Process that may serve again to the socket by which it is told of its next order."""
        self._spare: dict[int, float] = {}
        """Process that waits for its next order to the time since when."""
        self._groups: dict[int, Group] = {}
        """Process to the control group of all that it starts, where there can be one."""
        self._made = 0
        self._wakeup, self._bell = socket.socketpair()
        self._quiet_since = time.monotonic()
        self._silent_seconds = silent_seconds
        self._heard_at = time.monotonic()

    def serve(self) -> None:
        adopt_orphans()
        remove_lost(str(os.getpid()))
        self._wakeup.setblocking(False)
        self._bell.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._listener, selectors.EVENT_READ, "new")
        self._selector.register(self._wakeup, selectors.EVENT_READ, "ended")
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "parent")
        while not self._is_idle():
            for key, _mask in self._selector.select(min(5.0, self._silent_seconds / 3)):
                if key.data == "new":
                    self._accept()
                elif key.data == "ended":
                    with contextlib.suppress(BlockingIOError):
                        self._wakeup.recv(4096)
                elif key.data == "parent":
                    if not os.read(sys.stdin.fileno(), 4096):
                        return self._kill_all()
                    self._heard_at = time.monotonic()
                elif key.data[0] == "client":
                    self._client_speaks(key.fileobj, key.data[1])
                else:
                    self._step_ended(key.fileobj, key.data[1])
            if self._parent_stands_still():
                self._kill_steps()
            self._reap()
            self._end_spare()

    def _accept(self) -> None:
        connection, _address = self._listener.accept()
        if not _is_of(os.getppid(), connection):
            connection.close()
            return
        connection.settimeout(5)
        try:
            path = _read_path(connection)
            orders = _read_orders(path)
            light = all(map(is_light, orders))
            if len(orders) > 1 and not light:
                raise ValueError("only light steps come together")
            pid = (self._hand_to_spare(path) if light else 0) or self._fork(orders, connection, stays=light)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            _tell(connection, f"refused {error}")
            connection.close()
            return
        self._steps[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, ("client", pid))
        _tell(connection, f"pid {pid}")

    def _hand_to_spare(self, path: str) -> int:
        """The process that has taken the order; 0 where none waits."""
        while self._spare:
            pid, _since = self._spare.popitem()
            with contextlib.suppress(OSError):  # it was killed from outside a moment ago
                self._channels[pid].sendall(f"{path}\n".encode())
                return pid
        return 0

    def _fork(self, orders: list[StepOrder], connection: socket.socket, *, stays: bool) -> int:
        ours, theirs = socket.socketpair()
        group = None if stays else self._new_group(orders[0])
        with theirs:
            zygote, pid = os.getpid(), os.fork()
            if pid == 0:
                ours.close()
                self._become_step(orders, connection, theirs if stays else None, parent=zygote, group=group)
        if group is not None:
            self._groups[pid] = group
        if stays:
            self._channels[pid] = ours
            self._selector.register(ours, selectors.EVENT_READ, ("step", pid))
        else:
            ours.close()
        return pid

    def _new_group(self, order: StepOrder) -> Group | None:
        if order.limits.processes is None:
            return None
        self._made += 1
        return make_group(f"{os.getpid()}-{self._made}", tasks=TASKS * order.limits.processes)

    def _become_step(
        self,
        orders: list[StepOrder],
        connection: socket.socket,
        channel: socket.socket | None,
        *,
        parent: int,
        group: Group | None,
    ) -> None:
        """Only in the forked child; ends the process. With a channel it goes on with the orders that come there."""
        status = 70
        try:
            os.setsid()
            die_with_parent(parent)
            if group is not None:
                group.enter()
            adopt_orphans()
            _die_first_for_want_of_memory()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._selector.close()
            others = (*self._steps.values(), *self._channels.values())
            for inherited in (self._listener, self._wakeup, self._bell, connection, *others):
                inherited.close()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            status, done = _run_each(orders, confined=channel is None), len(orders)
            began_bytes = _resident_bytes()
            while done < MOST_STEPS:
                grown = _resident_bytes() - began_bytes
                if channel is None or status or _has_children() or grown > MOST_GROWTH_BYTES:
                    break
                _let_go_of_folder()
                channel.sendall(b"done\n")
                if not (path := channel.recv(4096)):
                    break
                orders = _read_orders(path.decode().strip())
                status, done = _run_each(orders, confined=False), done + len(orders)
        except OSError as error:
            status = NO_SPACE if error.errno == errno.ENOSPC else status
        finally:
            os._exit(status)

    def _client_speaks(self, connection: object, pid: int) -> None:
        """It has cancelled the step, or has died and nobody waits for the step any more."""
        if self._steps.get(pid) is not connection:
            return  # the step ended in this moment, and its process may be at work for another
        self._kill(pid)
        try:
            is_there = bool(self._steps[pid].recv(100))
        except OSError:
            is_there = False
        if not is_there:
            self._selector.unregister(self._steps[pid])
            self._steps.pop(pid).close()

    def _step_ended(self, channel: object, pid: int) -> None:
        """The process is ready for another order; or it ends, which is told by a signal as well."""
        if self._channels.get(pid) is not channel:
            return
        try:
            is_ready = bool(self._channels[pid].recv(100))
        except OSError:
            is_ready = False
        if not is_ready:
            self._forget_channel(pid)
            return
        self._tell_end(pid, 0)
        self._spare[pid] = time.monotonic()

    def _tell_end(self, pid: int, status: int) -> None:
        self._quiet_since = time.monotonic()
        connection = self._steps.pop(pid, None)
        if connection is not None:
            self._selector.unregister(connection)
            _tell(connection, f"exit {status}")
            connection.close()

    def _forget_channel(self, pid: int) -> None:
        self._spare.pop(pid, None)
        channel = self._channels.pop(pid, None)
        if channel is not None:
            self._selector.unregister(channel)
            channel.close()

    def _end_spare(self) -> None:
        """Only here a process that waits is ended, so none ends in the moment in which it is given an order."""
        for pid, since in list(self._spare.items()):
            if time.monotonic() - since > SPARE_SECONDS:
                self._forget_channel(pid)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._steps or pid in self._channels:
                self._end_what_is_left(pid)
            self._forget_channel(pid)
            self._tell_end(pid, os.waitstatus_to_exitcode(status))

    def _is_idle(self) -> bool:
        return not self._steps and time.monotonic() - self._quiet_since > IDLE_SECONDS

    def _kill(self, pid: int) -> None:
        """The step with all that it started, also what left its session: itself last, for its orphans come to it."""
        if pid in self._groups:
            self._groups[pid].kill()
        else:
            end_descendants(pid)
        _kill_group(pid)

    def _end_what_is_left(self, pid: int) -> None:
        """Of a step that has ended. Its orphans are ours by now: all that is our child and no step."""
        _kill_group(pid)
        group = self._groups.pop(pid, None)
        if group is not None:
            group.remove()
        elif pid not in self._channels:
            steps = {*self._steps, *self._channels} - {pid}
            end_descendants(os.getpid(), spared=frozenset(steps))

    def _parent_stands_still(self) -> bool:
        """What it said while this process itself was held up is read at the next look."""
        if time.monotonic() - self._heard_at <= self._silent_seconds:
            return False
        return not select.select([sys.stdin], [], [], 0)[0]

    def _kill_steps(self) -> None:
        for pid in list(self._steps):
            self._kill(pid)

    def _kill_all(self) -> None:
        for pid in {*self._steps, *self._channels}:
            self._kill(pid)
        end_descendants(os.getpid())
        for group in self._groups.values():
            group.remove()


def die_with_parent(parent: int) -> None:
    """SIGKILL when the parent dies (Linux); at once where it is dead already, for then no signal would come."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


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
    import psutil  # noqa: F401
    import sklearn.linear_model
    import sklearn.preprocessing  # noqa: F401

    import mlops.blocks.evaluating
    import mlops.blocks.execution
    import mlops.blocks.scripting
    import mlops.blocks.training
    import mlops.blocks.values
    import mlops.runtime.step
    import mlops.stats.profile  # noqa: F401


def _is_of(pid: int, connection: socket.socket) -> bool:
    """Only the worker that began us gives orders: a step's script, though of the same user, does not."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", peer)[0] == pid


def _read_path(connection: socket.socket) -> str:
    line = b""
    while not line.endswith(b"\n"):
        chunk = connection.recv(4096)
        if not chunk:
            raise ValueError("the connection closed before the order came")
        line += chunk
    return line.decode().strip()


def _read_orders(path: str) -> list[StepOrder]:
    """One, or a list of them."""
    found = msgspec.json.decode(Path(path).read_bytes(), type=StepOrder | list[StepOrder])
    return found if isinstance(found, list) else [found]


def _run_each(orders: list[StepOrder], *, confined: bool) -> int:
    """The exit status. What was not begun has no report."""
    from mlops.runtime.step import run_step

    until = time.monotonic() + TOGETHER_SECONDS
    for number, order in enumerate(orders):
        if number and (time.monotonic() > until or _has_children()):
            break
        if run_step(order, confined=confined).state != "completed":
            return 1
    return 0


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _let_go_of_folder() -> None:
    """A step's folder is removed while its process waits for the next."""
    os.chdir("/")
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)


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
    parser.add_argument("--silent-seconds", type=float, default=SILENT_SECONDS)
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    gc.collect()
    gc.freeze()  # pages that the collector never touches stay shared with the steps
    try:
        Zygote(arguments.socket, silent_seconds=arguments.silent_seconds).serve()
    finally:
        shutil.rmtree(arguments.socket.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
