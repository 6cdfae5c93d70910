"""One scoring server of the plan: started, watched, started again, and drained at its end."""

from __future__ import annotations

import math
import subprocess
import time
from pathlib import Path

from mlops import env
from mlops.confinement import handed
from mlops.confinement.confining import MODES, Confinement
from mlops.formats.serving import ServerProcess, ServerState
from mlops.supervisor.backoff import Backoff
from mlops.supervisor.logs import last_error
from mlops.supervisor.probe import Reply
from mlops.supervisor.process import Bounds, Process

OWN_FOLDER = ".own"
"""In a server's folder: what its model's code may write."""

_DRAIN_SECONDS = 65.0
_UNANSWERED_BEFORE_RESTART = 20
"""Health checks in a row without any answer, two a second, before it is told; after three times as many a hung server
is killed."""
_STARTS_WITHIN_SECONDS = 60.0
"""Before it has been ready nothing of that is held against it: a busy machine takes long to read what it needs."""
_MEMORY_FLOOR_BYTES = 512 * 1024 * 1024
"""Least bound: the runtime's own tables and thread stacks count against it too."""


class Server:
    """`state` is what the plan's author sees. All times are monotonic but `since`."""

    def __init__(self, wanted: ServerProcess, *, python: str, log_file: Path) -> None:
        self.wanted = wanted
        self.log_file = log_file
        self.retired_at: float | None = None
        self.state = ""
        self.reason = ""
        self.since = 0.0
        self.restarts = 0
        self.was_ready = False
        self._argv = (
            python, "-m", "mlops.scoring", "--folder", wanted.folder, "--host", "127.0.0.1", "--port", str(wanted.port),
        )  # fmt: skip
        self._backoff = Backoff()
        self._process: Process | None = None
        self._began = 0.0
        self._again_at = 0.0
        self._stopping_since: float | None = None
        self._unanswered = 0

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def is_gone(self) -> bool:
        return self._process is None and self._stopping_since is not None

    @property
    def is_stopping(self) -> bool:
        return self._stopping_since is not None

    def start(self) -> None:
        threads = str(max(1, math.ceil(self.wanted.cpus or 1)))
        self._began = time.monotonic()
        self._unanswered = 0
        try:
            self._process = Process(
                self._argv,
                log_file=self.log_file,
                env={
                    "OMP_NUM_THREADS": threads,
                    "MALLOC_ARENA_MAX": "2",
                    "PYTHONUNBUFFERED": "1",
                    handed.VARIABLE: _walls(self.wanted.folder),
                },
                bounds=_bounds(self.wanted),
            )
        except (OSError, subprocess.SubprocessError) as error:
            self._again_at = self._began + self._backoff.after(0.0)
            self._become("crashed", f"It cannot be started: {error}.")
            return
        self._become("starting", "It is starting.")

    def look(self) -> None:
        """Notices the end of the process, and starts it again when its pause is over."""
        now = time.monotonic()
        if self._process is not None and not self._process.is_alive:
            self._bury(now)
        if self._process is None and self._stopping_since is None and now >= self._again_at:
            self.restarts += 1
            self.start()
        if self._stopping_since is not None and now - self._stopping_since > _DRAIN_SECONDS:
            self.kill()

    def learn(self, reply: Reply | None) -> None:
        """What the readiness check answered."""
        if self._process is None or self._stopping_since is not None:
            return
        if reply is None:
            self._unanswered += 1
            if not self.was_ready and time.monotonic() - self._began < _STARTS_WITHIN_SECONDS:
                return
            if self.was_ready or self._unanswered > _UNANSWERED_BEFORE_RESTART:
                self._become("unhealthy", "It does not answer its health check.")
            if self._unanswered > 3 * _UNANSWERED_BEFORE_RESTART and self._has_had_time():
                self._process.kill()
            return
        self._unanswered = 0
        if reply.status == 200:
            self.was_ready = True
            self._become("ready", "")
            return
        reason = reply.reasons() or f"Its readiness check answers {reply.status}."
        loading = "being loaded" in reason or "not been checked yet" in reason
        self._become("starting" if loading and not self.was_ready else "unhealthy", reason)

    def _has_had_time(self) -> bool:
        return self.was_ready or time.monotonic() - self._began > 3 * _STARTS_WITHIN_SECONDS

    def drain(self) -> None:
        """Finishes what is in flight, then ends."""
        if self._stopping_since is not None:
            return
        self._stopping_since = time.monotonic()
        self._become("stopped", "It is no longer wanted; it finishes what is in flight.")
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        self._stopping_since = self._stopping_since or time.monotonic()
        if self._process is not None:
            self._process.kill()
            self._process = None
        self._become("stopped", "It was stopped.")

    def as_state(self) -> ServerState:
        return ServerState(
            id=self.wanted.id,
            revision=self.wanted.revision,
            pid=self._process.pid if self._process is not None else None,
            state=self.state,  # type: ignore[arg-type]
            reason=self.reason,
            since=self.since,
            restarts=self.restarts,
            port=self.wanted.port,
        )

    def _bury(self, now: float) -> None:
        assert self._process is not None
        ending = self._process.ending
        said = last_error(self.log_file, start_bytes=self._process.log_start_bytes)
        self._process.kill()
        self._process = None
        self.was_ready = False
        if self._stopping_since is not None:
            self._become("stopped", "It was stopped.")
            return
        self._again_at = now + self._backoff.after(now - self._began)
        self._become("crashed", f"It {ending}. {said}".strip())

    def _become(self, state: str, reason: str) -> None:
        if state != self.state:
            self.since = time.time()
        self.state, self.reason = state, reason


def _walls(folder: str) -> str:
    """For the processes that run a model's code: they read the server's folder, and write one in it."""
    return handed.written(
        Confinement(
            mode=env.choice("MLOPS_JOB_CONFINEMENT", MODES),
            reads=tuple(filter(None, env.read("MLOPS_JOB_READABLE").split(":"))),
            given=(folder,),
            writes=(str(Path(folder) / OWN_FOLDER),),
            forbidden=(str(env.data_dir()),),
        )
    )


def _bounds(wanted: ServerProcess) -> Bounds:
    memory = wanted.memory_bytes
    return Bounds(
        data_bytes=max(memory, _MEMORY_FLOOR_BYTES) if memory else None,
        cpus=math.ceil(wanted.cpus) if wanted.cpus else None,
        nice=5 if wanted.cpus is not None and wanted.cpus < 1 else 0,
    )
