"""The life of a step's process: limits, captured output, the component's function, the report.

Called in a freshly forked child; it never returns to the caller's code."""

from __future__ import annotations

import os
import resource
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.step import (
    PROGRESS_FILE,
    REPORT_FILE,
    Limits,
    ProgressLine,
    StepError,
    StepOrder,
    StepReport,
)

PROFILE_FILE = "profile.json"
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

    def metric(self, key: str, value: float) -> None:
        self.write(ProgressLine(kind="metric", at=time.time(), key=key, value=float(value)))

    def write(self, line: ProgressLine) -> None:
        with self._lock:
            self._file.write(msgspec.json.encode(line) + b"\n")


def run_step(order: StepOrder) -> StepReport:
    """Executes the order in this process and writes its report. Never raises."""
    began, work_dir = time.monotonic(), Path(order.work_dir)
    journal = Journal(work_dir / PROGRESS_FILE)
    pumps = [_captured(journal, "stdout", 1), _captured(journal, "stderr", 2)]
    error = _execute(order, journal)
    for pump in pumps:
        pump()
    used = resource.getrusage(resource.RUSAGE_SELF)
    report = StepReport(
        state="failed" if error else "completed",
        error=error,
        seconds=time.monotonic() - began,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_memory_bytes=used.ru_maxrss * 1024,
    )
    _write(work_dir / REPORT_FILE, report)
    return report


def _execute(order: StepOrder, journal: Journal) -> StepError | None:
    try:
        _limit(order.limits)
        os.chdir(order.work_dir)
        from mlops.blocks.execution import execute

        execute(order, journal)
        _profile(order)
    except Refusal as refusal:
        where = msgspec.structs.replace(refusal.where, node=order.node)
        return StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=where)
    except MemoryError:
        return out_of_memory(order)
    except OSError as error:
        if error.errno == 28:
            return StepError(code="disk_full", message="The disk is full.", hint="Free some space, then run it again.")
        return _internal(error)
    except BaseException as error:
        return _internal(error)
    return None


def out_of_memory(order: StepOrder) -> StepError:
    return StepError(
        code="out_of_memory",
        message=f"“{order.title}” needed more memory than it may use.",
        hint="Use fewer columns or rows, or allow more with MLOPS_STEP_MEMORY_BYTES.",
    )


def _internal(error: BaseException) -> StepError:
    return StepError(
        code="internal",
        message=f"A fault in the product stopped this step: {type(error).__name__}: {error}",
        hint="The log has the details; please report them.",
        traceback="".join(traceback.format_exception(error))[-20_000:],
    )


def _profile(order: StepOrder) -> None:
    """Beside each table that came out lies its profile, so that looking at it costs nothing later."""
    from mlops.stats.profile import profile_table

    for folder in map(Path, order.outputs.values()):
        data = folder / "data.parquet"
        if data.exists():
            (folder / PROFILE_FILE).write_bytes(msgspec.json.encode(profile_table(data)))


def _limit(limits: Limits) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        if value is None:
            continue
        _soft, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, hard))


def _captured(journal: Journal, stream: Literal["stdout", "stderr"], descriptor: int) -> Callable[[], None]:
    """Turns what is written to the descriptor into log lines; the returned function ends that."""
    readable, writable = os.pipe()
    os.dup2(writable, descriptor)
    os.close(writable)

    def pump() -> None:
        with os.fdopen(readable, "r", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                text = line.rstrip("\n")[:LONGEST_LINE]
                journal.write(ProgressLine(kind="log", at=time.time(), stream=stream, text=text))

    thread = threading.Thread(target=pump, daemon=True)
    thread.start()

    def end() -> None:
        (sys.stdout if descriptor == 1 else sys.stderr).flush()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, descriptor)
        thread.join(2)

    return end


def _write(path: Path, report: StepReport) -> None:
    beside = path.with_suffix(".part")
    beside.write_bytes(msgspec.json.encode(report))
    beside.replace(path)
