"""The worker's side: keeps a warm zygote and starts steps through it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

import mlops
from mlops.confinement.room import LEAN
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.step import ORDER_FILE, StepOrder
from mlops.runtime.running import RunningStep
from mlops.runtime.running_together import RunningTogether

START_SECONDS = 120.0
"""How long a zygote may take to import its libraries on a loaded machine."""

BEAT_SECONDS = 2.0
"""Between two signs of life for the zygote, which ends the steps of a worker that stands still."""

FOLDER = "mlops-zygote-"
TOGETHER_FILE = "orders.json"

ANSWER_SECONDS = 1.0
END_SECONDS = 3.0
"""How long a zygote may take to end its steps."""

PASSED_ON = (
    "MLOPS_IMPORT_PRIVATE_HOSTS",
    "MLOPS_IMPORT_MOST_BYTES",
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)
SINGLE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Runner:
    """One zygote, started at the first step and again when it has ended. Safe for use from several threads."""

    def __init__(self, *, python: str = sys.executable, silent_seconds: float | None = None) -> None:
        self._python = python
        self._told = [] if silent_seconds is None else ["--silent-seconds", str(silent_seconds)]
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._socket = Path()

    def start(self, order: StepOrder) -> RunningStep:
        """Raises Refusal `runtime_unavailable` where no process can be started."""
        path = Path(order.work_dir) / ORDER_FILE
        path.write_bytes(msgspec.json.encode(order))
        connection, pid = self._hand_over(path)
        return RunningStep(order, connection, pid)

    def start_together(self, orders: Sequence[StepOrder]) -> RunningTogether:
        """Light steps, which one process carries out one after the other. Raises Refusal `runtime_unavailable`."""
        path = Path(orders[0].work_dir) / TOGETHER_FILE
        path.write_bytes(msgspec.json.encode(orders))
        connection, _pid = self._hand_over(path)
        return RunningTogether(orders, connection)

    def _hand_over(self, path: Path) -> tuple[socket.socket, int]:
        for attempt in (1, 2):
            connection = self._connect()
            try:
                connection.sendall(f"{path}\n".encode())
                words = _answer(connection).split(maxsplit=1)
            except OSError as error:  # it ended in this moment, idle or killed: a new one is begun
                connection.close()
                if attempt == 2:
                    raise _unavailable(str(error)) from error
                continue
            if words[:1] == ["pid"]:
                return connection, int(words[1])
            connection.close()
            raise _unavailable(" ".join(words))
        raise AssertionError("unreachable")

    def warm(self) -> None:
        """Starts the zygote now, so that the first step need not wait for it."""
        with contextlib.suppress(Refusal):
            self._connect().close()

    def stop(self) -> None:
        """Ends the zygote and all its steps."""
        with self._lock:
            if self._zygote is not None:
                _end(self._zygote)
                shutil.rmtree(self._socket.parent, ignore_errors=True)
            self._zygote = None

    def _connect(self) -> socket.socket:
        with self._lock:
            if self._zygote is None or self._zygote.poll() is not None:
                self._zygote = self._begin()
            deadline = time.monotonic() + START_SECONDS
            while True:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                connection.settimeout(START_SECONDS)
                try:
                    connection.connect(str(self._socket))
                    return connection
                except OSError:
                    connection.close()
                if self._zygote.poll() is not None:
                    raise _unavailable(_("its process ended while it was starting; the worker's log says why"))
                if time.monotonic() > deadline:
                    raise _unavailable(_("it was not ready after %(seconds)d s") % {"seconds": START_SECONDS})
                time.sleep(0.02)

    def _begin(self) -> subprocess.Popen[bytes]:
        shutil.rmtree(self._socket.parent, ignore_errors=True) if self._zygote else None
        # A socket's path may have about 100 characters, so it does not lie in the data directory.
        remove_left_folders(Path(tempfile.gettempdir()))
        self._socket = Path(tempfile.mkdtemp(prefix=_folder_of(os.getpid()))) / "zygote"
        zygote = subprocess.Popen(
            [self._python, "-m", "mlops.runtime.zygote", "--socket", str(self._socket), *self._told],
            stdin=subprocess.PIPE,
            cwd=Path(mlops.__file__).parent.parent,
            env=_environment(),
        )
        threading.Thread(target=_beat, args=(zygote,), daemon=True, name="zygote's beat").start()
        return zygote


def _beat(zygote: subprocess.Popen[bytes]) -> None:
    assert zygote.stdin is not None
    with contextlib.suppress(OSError, ValueError):  # it has ended, or its input was closed to end it
        while True:
            zygote.stdin.write(b".")
            zygote.stdin.flush()
            time.sleep(BEAT_SECONDS)


def steps_have_ended(worker: int) -> bool:
    """Of a worker on this machine that is dead: its zygote, which hears of that, ends them before it stops listening,
    and one that was killed took them with it. One that had not begun to listen has none, and will have none."""
    folders = Path(tempfile.gettempdir()).glob(f"{_folder_of(worker)}*")
    try:
        return all(_is_left(folder) for folder in folders if (folder / "zygote").exists())
    except OSError:  # one that stands still, and that many have asked
        return False


def _folder_of(worker: int) -> str:
    """How its name begins."""
    return f"{FOLDER}{worker}-"


def remove_left_folders(place: Path) -> None:
    """Of zygotes that were killed together with their workers: nobody answers there."""
    for folder in place.glob(f"{FOLDER}*"):
        with contextlib.suppress(OSError):  # another's, or gone meanwhile
            if _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        tried.settimeout(ANSWER_SECONDS)
        try:
            tried.connect(str(folder / "zygote"))
        except ConnectionRefusedError:
            return True
        except FileNotFoundError:  # it starts, or it was killed before it had started
            return time.time() - folder.stat().st_mtime > START_SECONDS
        return False


def _end(zygote: subprocess.Popen[bytes]) -> None:
    """It ends its steps, with all that they started, when its input closes; it is killed where it does not."""
    assert zygote.stdin is not None
    with contextlib.suppress(OSError):
        zygote.stdin.close()
    try:
        zygote.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        zygote.kill()
        zygote.wait()


def _environment() -> dict[str, str]:
    """No secret of the server reaches the processes that run people's scripts.

    One thread a library, because as many steps as there are cores run at once; what the server sets wins."""
    threads = {name: value for name, value in os.environ.items() if name.endswith(("_NUM_THREADS", "_MAX_THREADS"))}
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**dict.fromkeys(SINGLE, "1"), **LEAN, **threads, **kept, "PYTHONUNBUFFERED": "1"}


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
        _("No process for the step could be started: %(why)s.") % {"why": why},
        hint=_("It will be tried again; look at the worker's log if it goes on."),
        status=503,
    )
