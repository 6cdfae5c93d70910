"""A process of another Python that the child asks: a script or a model with an environment of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, BinaryIO, cast

from mlops.scoring.children import start
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.pipe import SERVER_VARIABLE, read_frame, write_frame

OF_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


class Inner:
    """Lives as long as this process. Raises the Fault that it answers, or `child_died`."""

    def __init__(self, python: str, module: str, *arguments: str) -> None:
        environ = {name: value for name, value in os.environ.items() if name not in OF_OURS}
        self._process = subprocess.Popen(
            [python, str(Path(start.__file__)), module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environ, SERVER_VARIABLE: str(os.getpid())},
        )
        told, _raw = self._read("while loading")
        self.about: dict[str, Any] = told.get("about") or {}

    def ask(self, message: Any, raw: bytes = b"") -> tuple[Any, bytes]:
        try:
            write_frame(cast(BinaryIO, self._process.stdin), message, raw)
        except OSError:
            raise self._died("before this mini-batch") from None
        told, more = self._read("over this mini-batch")
        return told.get("ok"), more

    def _read(self, when: str) -> tuple[dict[str, Any], bytes]:
        frame = read_frame(cast(BinaryIO, self._process.stdout))
        if frame is None:
            raise self._died(when)
        if "error" in frame[0]:
            form = frame[0]["error"]
            raise Fault(
                form["code"], form["message"], hint=form["hint"], status=form["status"], where=form.get("where")
            )
        return frame

    def _died(self, when: str) -> Fault:
        status = self._process.wait()
        ending = f"exit status {status}" if status >= 0 else f"killed by signal {-status}"
        return Fault("child_died", f"The process of its own environment ended {when} ({ending}).", status=502)
