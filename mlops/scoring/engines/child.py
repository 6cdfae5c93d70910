"""A child process that answers over a pipe: started again when it dies, killed when it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import struct
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal, refusal_of
from mlops.formats.spoken import gettext
from mlops.scoring.children import start
from mlops.scoring.children.pipe import SERVER_VARIABLE

_START = Path(start.__file__)
_OF_THE_SERVER = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
_WALLS = "MLOPS_WALLS"
_HARMLESS = frozenset(
    (
        _WALLS,
        *_OF_THE_SERVER,
        "PATH",
        "LANG",
        "LC_ALL",
        "TZ",
        "LD_LIBRARY_PATH",
        "MALLOC_ARENA_MAX",
        "PYTHONUNBUFFERED",
        "CUDA_VISIBLE_DEVICES",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "MLOPS_DEBUG_PORT",
        "MLOPS_DEBUG_WAIT",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
    )
)
_FIRST_BACKOFF_SECONDS = 0.5
_MOST_BACKOFF_SECONDS = 30.0
_HEALTHY_SECONDS = 60.0


class Child:
    """`trouble` says why it cannot answer now. Only one question is asked at a time."""

    def __init__(self, module: str, *, arguments: tuple[str, ...], env: Mapping[str, str], python: str = "") -> None:
        """`python`: of the model's own environment; empty: the server's."""
        self.trouble = "The model is being loaded."
        self.about: dict[str, Any] = {}
        """What the child said about itself when it had loaded."""
        self._argv = (python or sys.executable, str(_START), module, *arguments)
        self._env = {**_surroundings(own=bool(python)), **env, SERVER_VARIABLE: str(os.getpid())}
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._gone = asyncio.Event()
        self._hurry = asyncio.Event()
        """Set where the next process is to be started without a pause."""

    async def lives(self) -> AsyncIterator[None]:
        backoff = _FIRST_BACKOFF_SECONDS
        while not self._stopping:
            began = time.monotonic()
            try:
                await self._start()
                self.trouble = ""
                yield
                await self._gone.wait()
            except Refusal as refusal:
                self.trouble = f"{refusal.message} {refusal.hint}".strip()
            await self._bury()
            if self._stopping:
                return
            if time.monotonic() - began > _HEALTHY_SECONDS:
                backoff = _FIRST_BACKOFF_SECONDS
            backoff = await self._pause(backoff)

    async def _pause(self, seconds: float) -> float:
        """The pause after the next life: twice as long, or the first again where this one was cut short."""
        try:
            await asyncio.wait_for(self._hurry.wait(), seconds)
        except TimeoutError:
            return min(2 * seconds, _MOST_BACKOFF_SECONDS)
        self._hurry.clear()
        return _FIRST_BACKOFF_SECONDS

    async def ask(self, message: Any, raw: bytes = b"") -> tuple[Any, bytes]:
        """The child's answer, or the refusal that it gave; 502 when it dies over the question."""
        process = self._process
        if process is None or self.trouble:
            raise Refusal(
                "not_ready",
                self.trouble or gettext("The model is being loaded."),
                hint=gettext("Try again."),
                status=503,
            )
        try:
            body = msgspec.json.encode(message)
            assert process.stdin is not None
            process.stdin.writelines((struct.pack("<II", len(body), len(raw)), body, raw))
            await process.stdin.drain()
            answer, more = await self._read(process)
        except (OSError, asyncio.IncompleteReadError):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 1.0)
            self.trouble = f"The model's process ended ({_ending(process.returncode)}); it is being started again."
            self._gone.set()
            raise Refusal(
                "model_process_died",
                gettext("The model's process ended over this request (%(ending)s).")
                % {"ending": _ending(process.returncode)},
                hint=gettext("It is started again by itself. The deployment's log says more."),
                status=502,
            ) from None
        if "error" in answer:
            raise refusal_of(answer["error"])
        return answer["ok"], more

    def reload(self) -> None:
        """Loads anew at once; a request in hand ends with the old process."""
        self.trouble = "The script is being loaded again."
        self._hurry.set()
        self._gone.set()
        self.kill()

    def give_up(self) -> None:
        """Ends what takes too long; the process is started again."""
        self.trouble = "The model's process took too long and is being started again."
        self.kill()

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def stop(self) -> None:
        self._stopping = True
        self._hurry.set()
        self._gone.set()
        await self._bury()

    async def _start(self) -> None:
        self._gone = asyncio.Event()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=self._env,
                start_new_session=True,
            )
        except OSError as error:
            hint = gettext("Deploy it again: its environment is built anew.")
            message = gettext("The Python of the model's environment cannot be started: %(error)s.") % {"error": error}
            raise Refusal("python_missing", message, hint=hint) from error
        try:
            first, _ = await self._read(process)
        except (OSError, asyncio.IncompleteReadError):
            await process.wait()
            raise Refusal(
                "model_process_died",
                gettext("The model's process ended while loading (%(ending)s).")
                % {"ending": _ending(process.returncode)},
            ) from None
        if "error" in first:
            raise refusal_of(first["error"])
        self.about = first["about"]
        task = asyncio.create_task(self._watch(process))
        self._watcher = task

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        if process is self._process and not self._stopping:
            self.trouble = f"The model's process ended ({_ending(process.returncode)}); it is being started again."
            self._gone.set()

    async def _bury(self) -> None:
        self.kill()
        process, self._process = self._process, None
        if process is not None:
            await process.wait()

    async def _read(self, process: asyncio.subprocess.Process) -> tuple[Any, bytes]:
        assert process.stdout is not None
        size, more = struct.unpack("<II", await process.stdout.readexactly(8))
        message = msgspec.json.decode(await process.stdout.readexactly(size))
        return message, await process.stdout.readexactly(more)


def _surroundings(*, own: bool) -> dict[str, str]:
    """The server's variables; of an environment of its own, without those that lead to the server's packages.

    Of a server beside ours, which has our secrets in its variables, only those that are known to be harmless."""
    kept = {name: value for name, value in os.environ.items() if not (own and name in _OF_THE_SERVER)}
    if _WALLS not in kept:
        return kept
    return {name: value for name, value in kept.items() if name in _HARMLESS or name.endswith("_THREADS")}


def _ending(code: int | None) -> str:
    if code is None:
        return "its pipe was closed"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit status {code}"
