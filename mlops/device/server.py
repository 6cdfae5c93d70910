"""One scoring server as a child process of the device's agent: started, asked whether it is ready, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from pathlib import Path

import msgspec

from mlops.device.counts import Counts, read_counts
from mlops.formats.bundle import CODE_FOLDER, SERVING_FOLDER, SITE_FOLDER
from mlops.formats.collection import SPOOL_VARIABLE

READY_SECONDS = 180.0
"""Small devices take their time to load a model."""
TROUBLE_SECONDS = 15.0
"""A server that is up and gives the same reason for so long, other than that it is loading, will not become ready."""
LOADING = ("is being loaded", "have not been checked yet")
LOOK_SECONDS = 0.3
END_SECONDS = 70.0
KEPT_LINES = 200


class ScoringServer:
    def __init__(self, bundle: Path, *, cache: Path, spool: Path) -> None:
        self.bundle = bundle
        self.port = _free_port()
        self.said: deque[str] = deque(maxlen=KEPT_LINES)
        """The last lines that it wrote."""
        self._cache = cache
        self._spool = spool
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        paths = [str(self.bundle / name) for name in (CODE_FOLDER, SITE_FOLDER)]
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONNOUSERSITE": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPYCACHEPREFIX": str(self._cache),
            SPOOL_VARIABLE: str(self._spool),
        }
        serving = str(self.bundle / SERVING_FOLDER)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-P", "-m", "mlops.scoring", "--folder", serving, "--port", str(self.port),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._listen(self._process))

    async def became_ready(self, *, seconds: float = READY_SECONDS) -> str:
        """An empty text once its recorded requests are answered as recorded, else why it is not."""
        reason, is_told, told_at = "it did not answer", False, time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                while self.is_running:
                    before = reason
                    reason, is_told = await asyncio.to_thread(self._why_not_ready)
                    if not reason:
                        return ""
                    if reason != before or not is_told or any(word in reason for word in LOADING):
                        told_at = time.monotonic()
                    if time.monotonic() - told_at > TROUBLE_SECONDS:
                        return reason
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            return f"it was not ready within {seconds:.0f} s: {reason}"
        last = [line for line in self.said if line.strip()]
        return last[-1] if last else "its process ended at once"

    async def counts(self) -> Counts | None:
        """None while it does not answer."""
        text = await asyncio.to_thread(self._get, "/metrics")
        return read_counts(text) if text else None

    async def wait(self) -> None:
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def _why_not_ready(self) -> tuple[str, bool]:
        """The reason, and whether the server itself told it."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):  # nosec B310
                return "", True
        except urllib.error.HTTPError as error:
            return _reasons(error.read()), True
        except OSError as error:
            return str(error), False

    def _get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:  # nosec B310
                return str(answer.read().decode())
        except OSError:
            return ""

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            text = line.decode(errors="replace").rstrip()
            self.said.append(text)
            print(text, flush=True)


def _reasons(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body)
        return " ".join(told["reasons"]) or "it says that it is not ready"
    except (msgspec.DecodeError, KeyError, TypeError):
        return "it says that it is not ready"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
