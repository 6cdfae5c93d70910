"""The child's end of the pipe, on private descriptors, while prints go to the log.

A frame is two lengths (little-endian, 4 bytes each), JSON, and bytes that are no JSON: the body of a request."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from mlops.scoring.children.encoding import decode, encode
from mlops.scoring.children.faults import fault_form

_PR_SET_PDEATHSIG = 1
SERVER_VARIABLE = "MLOPS_SCORING_SERVER"
"""The server's process id: in a container it is often 1, which elsewhere means that the parent has died."""

Answer = Callable[[Any, bytes], "tuple[Any, bytes]"]
"""(question, bytes) to (answer, bytes)."""
Load = Callable[[], "tuple[Answer, dict[str, Any]]"]
"""What answers, and what the server should know about it."""


class Pipe:
    """Takes standard input and output for itself and points what users' code sees of them elsewhere."""

    def __init__(self) -> None:
        self._requests: BinaryIO = os.fdopen(os.dup(0), "rb")
        self._answers: BinaryIO = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)

    def receive(self) -> tuple[Any, bytes] | None:
        """The next message, or None when the server is gone."""
        return read_frame(self._requests)

    def send(self, message: Any, raw: bytes = b"") -> None:
        write_frame(self._answers, message, raw)


def read_frame(source: BinaryIO) -> tuple[Any, bytes] | None:
    """None at the end of the stream."""
    prefix = source.read(8)
    if len(prefix) < 8:
        return None
    size, more = struct.unpack("<II", prefix)
    return decode(source.read(size)), source.read(more)


def write_frame(target: BinaryIO, message: Any, raw: bytes = b"") -> None:
    body = encode(message)
    target.write(struct.pack("<II", len(body), len(raw)) + body)
    target.write(raw)
    target.flush()


def die_with_parent() -> None:
    """The kernel kills this process when the server that started it dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(os.environ.pop(SERVER_VARIABLE, os.getppid())):
        os._exit(1)


def serve(load: Load) -> None:
    """Loads once, says whether that worked, then answers one message after the other until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    pipe = Pipe()
    try:
        answer, about = load()
    except BaseException as error:
        traceback.print_exc()
        pipe.send({"error": fault_form(error)})
        sys.exit(1)
    pipe.send({"ready": True, "about": about})
    while (received := pipe.receive()) is not None:
        try:
            ok, raw = answer(*received)
            pipe.send({"ok": ok}, raw)
        except Exception as error:
            form = fault_form(error)
            if form["code"] == "scoring_failed":
                traceback.print_exc()
            pipe.send({"error": form})
