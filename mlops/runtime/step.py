"""The life of a step's process: limits, captured output, the component's function, the report.

Called in a freshly forked child; it never returns to the caller's code."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import io
import math
import os
import re
import resource
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

import msgspec

from mlops.blocks.custom.walls import confine_step
from mlops.confinement import room
from mlops.confinement.family import TASKS, tasks_of
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.step import (
    PROGRESS_FILE,
    REPORT_FILE,
    Limits,
    ProgressLine,
    StepError,
    StepOrder,
    StepReport,
)
from mlops.runtime.deaths import OUT_OF_MEMORY, out_of_memory

PROFILE_FILE = "profile.json"
STDOUT_FILE = "stdout.txt"
STDERR_FILE = "stderr.txt"
LONGEST_LINE = 10_000


class Journal:
    """Appends to `progress.jsonl`; implements the Reporter that components are given."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def log(self, text: str) -> None:
        self.write(ProgressLine(kind="log", at=time.time(), text=text[:LONGEST_LINE]))

    def progress(self, share: float) -> None:
        self.write(ProgressLine(kind="progress", at=time.time(), share=min(max(share, 0.0), 1.0)))

    def metric(self, key: str, value: float, position: int = 0) -> None:
        """JSON has no NaN and no infinity: they go as text."""
        number = float(value)
        line = ProgressLine(kind="metric", at=time.time(), key=key, position=position, value=number)
        self.write(line if math.isfinite(number) else msgspec.structs.replace(line, value=None, text=str(number)))

    def write(self, line: ProgressLine) -> None:
        with self._lock:
            self._file.write(msgspec.json.encode(line) + b"\n")


def run_step(order: StepOrder, *, confined: bool = False) -> StepReport:
    """Executes the order in this process and writes its report. Never raises. With `confined` it reaches nothing but
    the step's own files from then on.

    The process may have run others before, whose time and memory do not count."""
    began, work_dir = time.monotonic(), Path(order.work_dir)
    _forget_peak()
    cpu_before = _cpu_seconds()
    _redirect(work_dir)
    error = _execute(order, Journal(work_dir / PROGRESS_FILE), confined=confined)
    _flush()
    used, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    report = StepReport(
        state="failed" if error else "completed",
        error=error,
        seconds=time.monotonic() - began,
        cpu_seconds=_cpu_seconds() - cpu_before,
        peak_memory_bytes=max(used.ru_maxrss, children.ru_maxrss) * 1024,
    )
    _write(work_dir / REPORT_FILE, report)
    return report


def _cpu_seconds() -> float:
    used, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime


def _forget_peak() -> None:
    """Linux: the highest resident size begins anew (proc(5), clear_refs)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _execute(order: StepOrder, journal: Journal, *, confined: bool) -> StepError | None:
    try:
        _limit(order.limits)
        os.chdir(order.work_dir)
        if confined:
            confine_step(order)
            tempfile.tempdir = None  # its own folder's, not that of the process it was forked from
        from mlops.blocks.execution import WRITTEN, execute

        execute(order, journal)
        _profile(order, journal, begins_at=WRITTEN)
        journal.progress(1.0)
    except Refusal as refusal:
        where = msgspec.structs.replace(refusal.where, node=order.node)
        return StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=where)
    except BaseException as error:
        return _unforeseen(order, error, journal)
    return None


def _unforeseen(order: StepOrder, error: BaseException, journal: Journal) -> StepError:
    number = _number_of(error)
    if isinstance(error, MemoryError) or number == errno.ENOMEM or any(words in str(error) for words in OUT_OF_MEMORY):
        return out_of_memory(order)
    if number == errno.ENOSPC:
        return StepError(
            code="disk_full", message=_("The disk is full."), hint=_("Free some space, then run it again.")
        )
    if number == errno.EFBIG:
        message = _("“%(title)s” wrote a file larger than it may.") % {"title": order.title}
        return StepError(code="file_too_large", message=message, hint=_("Keep fewer columns or rows."))
    details = "".join(traceback.format_exception(error))
    with contextlib.suppress(OSError):
        for line in details.splitlines():
            journal.write(ProgressLine(kind="log", at=time.time(), stream="stderr", text=line[:LONGEST_LINE]))
    return StepError(
        code="internal",
        message=_("A fault in the product stopped this step: %(error)s: %(error_2)s")
        % {"error": type(error).__name__, "error_2": error},
        hint=_("The log has the details; please report them."),
        traceback=details[-20_000:],
    )


def _number_of(error: BaseException) -> int | None:
    """The system's; Polars and other libraries in Rust only tell it: “No space left on device (os error 28)”."""
    if isinstance(error, OSError):
        return error.errno
    told = re.search(r"\(os error (\d+)\)", str(error))
    return int(told[1]) if told else None


def _profile(order: StepOrder, journal: Journal, *, begins_at: float) -> None:
    """Beside each table that came out lies its profile, so that looking at it costs nothing later."""
    from mlops.formats.kept import holds_table
    from mlops.stats.long_profile import profile_that_fits

    tables = [Path(folder) for folder in order.outputs.values() if holds_table(Path(folder))]
    for place, folder in enumerate(tables):

        def told(share: float, done: int = place) -> None:
            journal.progress(begins_at + (1 - begins_at) * (done + share) / len(tables))

        profile = profile_that_fits(folder / "data.parquet", progress=told)
        (folder / PROFILE_FILE).write_bytes(msgspec.json.encode(profile))


def _limit(limits: Limits) -> None:
    """For good, but for the number of open files, which libraries raise up to what the machine allows."""
    if limits.memory_bytes is not None:
        room.allow(limits.memory_bytes)
    for kind, value in (
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, _most_tasks(limits)),
    ):
        if value is None:
            continue
        _soft, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, hard if kind == resource.RLIMIT_NOFILE else allowed))


def _most_tasks(limits: Limits) -> int | None:
    """Of the user who runs this, so those that there are already come on top. Root has no such limit."""
    if limits.processes is None or os.geteuid() == 0:
        return None
    return tasks_of(os.getuid()) + TASKS * limits.processes


def _redirect(work_dir: Path) -> None:
    """What is written to the descriptors, also by native libraries and by programs that a script starts, is kept in
    files: so it survives a crash. The worker reads them as they grow."""
    for descriptor, name, stream in ((1, STDOUT_FILE, sys.stdout), (2, STDERR_FILE, sys.stderr)):
        file = os.open(work_dir / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")


def _flush() -> None:
    """Python's buffers, and those of C libraries, which os._exit would lose."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    ctypes.CDLL(None).fflush(None)


def _write(path: Path, report: StepReport) -> None:
    beside = path.with_suffix(".part")
    beside.write_bytes(msgspec.json.encode(report))
    beside.replace(path)
