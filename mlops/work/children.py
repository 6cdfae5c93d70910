"""Runs a module of ours in a child process with limits of memory and time; its refusal is raised here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.confinement.room import LEAN
from mlops.formats.refusal import Refusal, Where

LOOK_SECONDS = 60.0
MEMORY_BYTES = 3 * 1024**3
BEAT_SECONDS = 0.1
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def ask_child(
    verb: str,
    *,
    path: Path,
    module: str,
    seconds: float = LOOK_SECONDS,
    beat: Callable[[], bool] | None = None,
    **order: Any,
) -> Any:
    """The child's result. `beat` is called now and then while it works; False ends it (`import_abandoned`)."""
    memory = settings.STEP_MEMORY_BYTES or MEMORY_BYTES
    line = msgspec.json.encode({"path": str(path), "memory_bytes": memory, **order}) + b"\n"
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", module, verb],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=errors,
            cwd=settings.BASE_DIR,
            env=child_environment(),
            start_new_session=True,
        )
        try:
            give(child, line)
            status = _wait(child, seconds=seconds, beat=beat)
        finally:
            end(child)
        answer.seek(0)
        return _result(answer.read(), status, errors)


def child_environment() -> dict[str, str]:
    """No secret of the server reaches the process that reads people's files."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**kept, **LEAN, "POLARS_MAX_THREADS": str(min(4, os.cpu_count() or 2)), "OPENBLAS_NUM_THREADS": "1"}


def give(child: subprocess.Popen[bytes], line: bytes) -> None:
    """Its order. One that ended at once takes none."""
    assert child.stdin is not None
    try:
        child.stdin.write(line)
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it ended at once; its exit status says why


def _wait(child: subprocess.Popen[bytes], *, seconds: float, beat: Callable[[], bool] | None) -> int:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return child.wait(BEAT_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        if time.monotonic() > deadline:
            raise Refusal(
                "import_too_slow",
                _("Reading the file took longer than %(seconds)s minutes and was stopped.")
                % {"seconds": f"{seconds / 60:.0f}"},
                hint=_("Split the file, or leave out columns before the upload."),
                status=422,
            )
        if beat and not beat():
            raise Refusal("import_abandoned", _("Another worker has taken over."), status=409)


def end(child: subprocess.Popen[bytes]) -> None:
    """With all that it started."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdin:
        with suppress(BrokenPipeError):
            child.stdin.close()


def _result(answer: bytes, status: int, errors: Any) -> Any:
    if not answer:
        raise _died(status, errors)
    found = msgspec.json.decode(answer)
    if "refusal" in found:
        problem = found["refusal"]
        raise Refusal(
            problem["code"],
            problem["detail"],
            hint=problem["hint"],
            status=problem["status"],
            where=msgspec.convert(problem.get("where", {}), type=Where),
        )
    return found["result"]


def _died(status: int, errors: Any) -> Refusal:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - 4000))
    last = errors.read().decode("utf-8", errors="replace").strip().splitlines()[-1:] or [f"exit status {status}"]
    if "memory allocation" in last[0] or "MemoryError" in last[0] or status == -signal.SIGKILL:
        return Refusal(
            "not_enough_memory",
            _("Reading the file needs more memory than an import may use."),
            hint=_("Leave out columns, or give the server a larger MLOPS_STEP_MEMORY_BYTES."),
            status=422,
        )
    return Refusal(
        "import_broke",
        _("The file could not be read: %(last)s") % {"last": last[0][:300]},
        hint=_("Check the settings; if the file is sound, this is a fault of ours worth reporting."),
        status=422,
    )
