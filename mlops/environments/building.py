"""The build of one environment, as the worker that waits for it sees it: what it says, and how it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

import mlops
from mlops.confinement import handed
from mlops.confinement.confining import Confinement
from mlops.formats.definition import Requirements
from mlops.formats.step import ProgressLine, StepError, StepReport
from mlops.runtime.tail import Tail

READY_FILE = ".ready"
LOCK_FILE = "requirements.lock"
ORDER_FILE, SAID_FILE, REPORT_FILE = "build.json", "build.log", "build-report.json"
PASSED_ON = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NETRC",
    "MLOPS_ADVISORIES_URL",
    "MLOPS_TORCH_BACKEND",
    "MLOPS_TORCH_BACKEND_FILE",
)
PASSED_PREFIXES = ("UV_", "PIP_")
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


class BuildOrder(msgspec.Struct, frozen=True, kw_only=True):
    requirements: Requirements
    folder: str
    lock: str
    """Of an earlier build; empty where the packages are to be chosen anew."""


class Build:
    """A child process with a group of its own, because the build scripts of packages run in it."""

    def __init__(self, requirements: Requirements, *, folder: Path, work_dir: Path, lock: str) -> None:
        order = BuildOrder(requirements=requirements, folder=str(folder), lock=lock)
        self._work_dir = work_dir
        (work_dir / ORDER_FILE).write_bytes(msgspec.json.encode(order))
        self._said = Tail(work_dir / SAID_FILE)
        with (work_dir / SAID_FILE).open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mlops.runtime.environment", str(work_dir)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=Path(mlops.__file__).parent.parent,
                env=surroundings() | {handed.VARIABLE: _walls()},
                start_new_session=True,
            )

    def wait(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def poll(self) -> StepReport | None:
        status = self._process.poll()
        if status is None:
            return None
        report = self._work_dir / REPORT_FILE
        if report.exists():
            return msgspec.json.decode(report.read_bytes(), type=StepReport)
        message = _("The build of the component's environment ended with status %(status)s.") % {"status": status}
        error = StepError(code="environment_failed", message=message, hint=_("The log shows what it printed."))
        return StepReport(state="failed", error=error)

    def news(self) -> list[ProgressLine]:
        now = time.time()
        texts = (line.decode(errors="replace") for line in self._said.lines(ended=self._process.poll() is not None))
        return [ProgressLine(kind="log", at=now, text=text) for text in texts]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _walls() -> str:
    """For the build scripts of packages."""
    return handed.written(
        Confinement(
            mode=settings.JOB_CONFINEMENT,
            reads=tuple(settings.JOB_READABLE),
            forbidden=(str(settings.DATA_DIR),),
        )
    )


def surroundings() -> dict[str, str]:
    """How to reach the package index, and nothing of the server."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_PREFIXES) or name.lower() in PROXIES
    } | {"PYTHONUNBUFFERED": "1"}
