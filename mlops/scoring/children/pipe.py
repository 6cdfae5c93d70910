"""The child's end of the pipe: length-prefixed msgpack on private descriptors, while prints go to the log."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from mlops.formats.refusal import Refusal

_PR_SET_PDEATHSIG = 1


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

    def receive(self) -> Any:
        """The next message, or None when the server is gone."""
        prefix = self._requests.read(4)
        if len(prefix) < 4:
            return None
        return msgspec.msgpack.decode(self._requests.read(struct.unpack("<I", prefix)[0]))

    def send(self, message: Any) -> None:
        body = msgspec.msgpack.encode(message)
        self._answers.write(struct.pack("<I", len(body)) + body)
        self._answers.flush()


def die_with_parent() -> None:
    """The kernel kills this process when the server that started it dies, however it dies."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent or parent == 1:
        os._exit(1)


def serve(load: Callable[[], Callable[[Any], Any]]) -> None:
    """Loads once, says whether that worked, then answers one message after the other until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    pipe = Pipe()
    try:
        answer = load()
    except BaseException as error:
        traceback.print_exc()
        pipe.send({"error": refusal_form(error)})
        sys.exit(1)
    pipe.send({"ready": True})
    while (message := pipe.receive()) is not None:
        try:
            pipe.send({"ok": answer(message)})
        except Exception as error:
            if not isinstance(error, Refusal):
                traceback.print_exc()
            pipe.send({"error": refusal_form(error)})


def refusal_form(error: BaseException) -> dict[str, Any]:
    if isinstance(error, Refusal):
        return {
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "status": error.status,
            "where": msgspec.to_builtins(error.where),
        }
    return {
        "code": "scoring_failed",
        "message": f"{type(error).__name__}: {error}",
        "hint": "The traceback is in the deployment's log.",
        "status": 502,
        "where": {},
    }
