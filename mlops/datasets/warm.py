"""A child process that stays: it reads rows of stored tables for pages, which would else wait for a process to start.

It has the limits of every child, and is replaced by a new one after a time, a number of looks, or a failure."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from mlops.datasets.children import MEMORY_BYTES, ask_child, child_environment
from mlops.formats.refusal import refusal_of

ANSWER_SECONDS = 10.0
MOST_LOOKS = 500
_lock = threading.Lock()
_child: subprocess.Popen[bytes] | None = None
_looks = 0


def rows_at(path: Path, **order: Any) -> dict[str, Any]:
    """As `ask_child("rows", …)`; falls back to it where the one that stays is busy or broke."""
    if _lock.acquire(timeout=0.5):
        try:
            answer = _asked(msgspec.json.encode({"path": str(path), **order}) + b"\n")
        except (OSError, msgspec.DecodeError, TimeoutError):
            _end()
        else:
            if "refusal" in answer:
                raise refusal_of(answer["refusal"] | {"where": answer["refusal"].get("where", {})})
            found: dict[str, Any] = answer["result"]
            return found
        finally:
            _lock.release()
    told: dict[str, Any] = ask_child("rows", path=path, **order)
    return told


def _asked(line: bytes) -> dict[str, Any]:
    global _looks
    child = _running()
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(line)
    child.stdin.flush()
    answer, deadline = b"", time.monotonic() + ANSWER_SECONDS
    while not answer.endswith(b"\n"):
        if not select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        piece = os.read(child.stdout.fileno(), 1 << 20)
        if not piece:
            raise OSError("it ended")
        answer += piece
    _looks += 1
    if _looks >= MOST_LOOKS:
        _end()
    found: dict[str, Any] = msgspec.json.decode(answer)
    return found


def _running() -> subprocess.Popen[bytes]:
    global _child, _looks
    if _child is None or _child.poll() is not None:
        _looks = 0
        _child = subprocess.Popen(
            [sys.executable, "-m", "mlops.datasets.reading", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env=child_environment(),
            start_new_session=True,
        )
        memory = settings.STEP_MEMORY_BYTES or MEMORY_BYTES
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(_child.pid, resource.RLIMIT_DATA, (memory, memory))
    return _child


def _end() -> None:
    global _child
    if _child is not None:
        with contextlib.suppress(OSError):
            os.killpg(_child.pid, signal.SIGKILL)
        _child.wait()
        for pipe in (_child.stdin, _child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        _child = None
