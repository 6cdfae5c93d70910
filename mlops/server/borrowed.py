"""A server for as long as a command needs one: the one that holds the data directory, or one started for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Timer

from mlops import env
from mlops.client.credentials import FILE_NAME, Credentials, read
from mlops.client.errors import RequestFailed
from mlops.env import usable
from mlops.server import lock

STOP_SECONDS = 15.0
START_SECONDS = 180.0
UP = (sys.executable, "-m", "mlops.client.main", "up", "--port", "0")


class Borrowed:
    """`is_ours`: started by us, and stopped by give_back()."""

    def __init__(
        self,
        *,
        folder: Path,
        credentials: Credentials,
        process: subprocess.Popen[str] | None,
        ready: str,
        temporary: bool,
    ) -> None:
        self.folder, self.credentials, self.ready = folder, credentials, ready
        self._process, self._temporary = process, temporary

    @property
    def is_ours(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def give_back(self) -> None:
        """Stops what was started. A temporary directory goes with it."""
        if self._process is not None:
            _stop(self._process)
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


def borrow(folder: Path | None, *, outlives_us: bool, variables: Mapping[str, str] | None = None) -> Borrowed:
    """`folder` None: the running server of the usual data directory, else a new one in a temporary directory.

    `variables`: environment variables of a server that is started."""
    wanted = folder or env.data_dir()
    if lock.holder(wanted):
        return Borrowed(folder=wanted, credentials=_credentials(wanted), process=None, ready="", temporary=False)
    temporary = folder is None
    place = usable(folder) if folder else Path(tempfile.mkdtemp(prefix="mlops-demo-"))
    process = _launch(place, outlives_us=outlives_us, variables=variables or {})
    try:
        ready = _first_words(process, log=place / "logs" / "up.log")
        return Borrowed(
            folder=place, credentials=_credentials(place), process=process, ready=ready, temporary=temporary
        )
    except BaseException:
        _stop(process)
        raise


def _launch(folder: Path, *, outlives_us: bool, variables: Mapping[str, str]) -> subprocess.Popen[str]:
    (folder / "logs").mkdir(exist_ok=True)
    environment = {**os.environ, **variables, "MLOPS_DATA_DIR": str(folder)}
    for name in ("MLOPS_URL", "MLOPS_TOKEN", "MLOPS_ROUTER_URL"):
        environment.pop(name, None)
    with open(folder / "logs" / "up.log", "w", encoding="utf-8") as log:
        return subprocess.Popen(
            [*UP, "--data-dir", str(folder), *([] if outlives_us else ["--end-with-input"])],
            stdin=subprocess.DEVNULL if outlives_us else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            start_new_session=True,
        )


def _first_words(process: subprocess.Popen[str], *, log: Path) -> str:
    """The address of the ready line. What else is said on the way, such as the password, is passed on."""
    deadline = Timer(START_SECONDS, process.terminate)
    deadline.start()
    try:
        for line in process.stdout or ():
            if line.startswith("ready: "):
                return line.removeprefix("ready: ").strip()
            print(f"  {line.rstrip()}", flush=True)
    finally:
        deadline.cancel()
    process.wait()
    reason = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise RequestFailed("start_failed", f"The server did not start: {' '.join(reason)}", hint=f"See {log.parent}.")


def _credentials(folder: Path) -> Credentials:
    found = read(folder / FILE_NAME)
    if found is None:
        raise RequestFailed(
            "credentials_missing",
            f"{folder / FILE_NAME} is not there or not readable.",
            hint="It belongs to who started the server; it is written by `mlops up`.",
        )
    return found


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
