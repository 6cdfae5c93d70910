"""The child process: `python -m mlops.stats.look ORDER.json` (mlops.formats.looking). It ends with its parent."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

import msgspec

from mlops.formats.looking import LookAnswer, LookOrder
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

PR_SET_PDEATHSIG = 1


def main(path: str) -> None:
    _end_with_parent()
    began = time.monotonic()
    order = msgspec.json.decode(Path(path).read_bytes(), type=LookOrder)
    if order.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes, order.memory_bytes))
    answer = _answer(order)
    answer = msgspec.structs.replace(answer, seconds=time.monotonic() - began, peak_memory_bytes=_peak())
    unfinished = Path(f"{order.answer}.unfinished")
    unfinished.write_bytes(msgspec.json.encode(answer))
    unfinished.replace(order.answer)


def _answer(order: LookOrder) -> LookAnswer:
    from mlops.stats.look.looking import look

    try:
        return look(order, progress=_tell)
    except Refusal as refusal:
        return LookAnswer(refusal=refusal.as_problem())
    except MemoryError:
        too_little = Refusal(
            "too_little_memory",
            _("The look needs more than the %(memory_bytes)s MB that it may use.")
            % {"memory_bytes": f"{order.memory_bytes / 1000000.0:,.0f}"},
            hint=_("Let the monitor look at fewer rows (most_rows), or give looks more memory."),
        )
        return LookAnswer(refusal=too_little.as_problem())


def _tell(share: float, text: str) -> None:
    sys.stdout.buffer.write(msgspec.json.encode({"progress": round(share, 4), "text": text}) + b"\n")
    sys.stdout.flush()


def _peak() -> int:
    """Of this process alone: what getrusage tells of a new process is at least what its parent had."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _end_with_parent() -> None:
    """Linux kills this process when the one that started it is gone."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
