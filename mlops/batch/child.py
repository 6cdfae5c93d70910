"""A worker's end of the pipe to a child process that scores mini-batches: asked, timed, and killed when it must be."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.confinement.confining import Confinement, start
from mlops.confinement.places import homes_of
from mlops.datasets.children import PASSED_ON
from mlops.formats.batch import ORDER_FILE, Scored, ScoringOrder
from mlops.formats.refusal import Refusal, refusal_of
from mlops.scoring.children.model_folder import ALIAS
from mlops.scoring.children.pipe import SERVER_VARIABLE

LOAD_SECONDS = 600.0
LOOK_SECONDS = 0.25
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
ANSWERS_FOLDER = "answers"
SAID_BYTES = 64 * 1024


class Abandoned(Exception):
    """The job was cancelled, or is another worker's by now."""


class Child:
    """Loads once; `ask` gives one answer a mini-batch. After a refusal `child_died` or `too_slow` it is gone."""

    def __init__(
        self,
        folder: Path,
        *,
        variables: Mapping[str, str],
        go_on: Callable[[], bool],
        alias: str = "",
        reads: tuple[str, ...] = (),
    ) -> None:
        """`alias`: the name of the folder that the model was registered from; scripts may look for it below that.

        It is confined to the folder, to what it `reads` besides, and to writing in `answers`."""
        self._folder = folder
        self._variables = dict(variables)
        self._go_on = go_on
        self._alias = alias
        self._reads = reads
        self.answers = folder / ANSWERS_FOLDER
        """Where a message may let it write."""
        self._log = folder / "child.log"
        self._told = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Raises the refusal that loading met, `child_died`, or Abandoned."""
        self.kill()
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        model = str(self._folder / "model")
        ours = {"AZUREML_MODEL_DIR": model, "MLOPS_MODEL_DIR": model, "PYTHONUNBUFFERED": "1"}
        ours[SERVER_VARIABLE] = str(os.getpid())
        if self._alias:
            ours[ALIAS] = self._alias
        own = {name: self.answers / folder for name, folder in (("HOME", "home"), ("TMPDIR", "tmp"))}
        for path in own.values():
            path.mkdir(parents=True, exist_ok=True)
        ours |= {name: str(path) for name, path in own.items()}
        with self._log.open("ab") as log:
            self._process = start(
                [sys.executable, "-m", "mlops.scoring.minibatches", str(self._folder)],
                how=self._confinement(),
                niceness=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=str(self._folder),
                env={**kept, **dict.fromkeys(THREADS, "1"), **self._variables, **ours},
                start_new_session=True,
            )
        self._answer(LOAD_SECONDS, what="loading the model")

    def _confinement(self) -> Confinement:
        order = msgspec.json.decode((self._folder / ORDER_FILE).read_bytes(), type=ScoringOrder)
        return Confinement(
            mode=settings.JOB_CONFINEMENT,
            reads=tuple(settings.JOB_READABLE),
            given=(str(self._folder), *self._reads, *(homes_of(order.python) if order.python else ())),
            writes=(str(self.answers),),
            tmp=str(self.answers / "tmp"),
            forbidden=(str(settings.DATA_DIR),),
        )

    def ask(self, message: dict[str, Any], *, seconds: float) -> Scored:
        assert self._process is not None
        assert self._process.stdin is not None
        body = msgspec.json.encode(message)
        try:
            self._process.stdin.write(struct.pack("<II", len(body), 0) + body)
            self._process.stdin.flush()
        except OSError:
            raise self._died(_("before this mini-batch")) from None
        return msgspec.convert(self._answer(seconds, what="this mini-batch"), type=Scored)

    def said(self) -> list[str]:
        """Lines that it printed since the last time."""
        try:
            with self._log.open("rb") as log:
                log.seek(self._told)
                text = log.read(SAID_BYTES)
        except FileNotFoundError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._told += len(whole)
        return whole.decode("utf-8", errors="replace").splitlines()

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _answer(self, seconds: float, *, what: str) -> Any:
        deadline = time.monotonic() + seconds
        size, more = struct.unpack("<II", self._read(8, deadline, what))
        answer = msgspec.json.decode(self._read(size, deadline, what))
        self._read(more, deadline, what)
        if "error" in answer:
            raise refusal_of(answer["error"])
        return answer.get("ok")

    def _read(self, size: int, deadline: float, what: str) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        handle = self._process.stdout.fileno()
        content = b""
        with selectors.DefaultSelector() as selector:
            selector.register(handle, selectors.EVENT_READ)
            while len(content) < size:
                if not self._go_on():
                    self.kill()
                    raise Abandoned
                left = deadline - time.monotonic()
                if left <= 0:
                    self.kill()
                    raise Refusal(
                        "too_slow",
                        _("It took longer than its limit for %(what)s and was stopped.") % {"what": what},
                        hint=_("Give smaller mini-batches, or a longer timeout in retry_settings."),
                    )
                if not selector.select(min(left, LOOK_SECONDS)):
                    continue
                chunk = os.read(handle, size - len(content))
                if not chunk:
                    raise self._died(_("over %(what)s") % {"what": what})
                content += chunk
        return content

    def _died(self, when: str) -> Refusal:
        process = self._process
        status = process.wait() if process is not None else None
        self.kill()
        ending = _("exit status %(status)s") % {"status": status}
        if status is not None and status < 0:
            ending = _("killed by %(signal)s") % {"signal": signal.Signals(-status).name}
        return Refusal(
            "child_died",
            _("The process that scores ended %(when)s (%(ending)s).") % {"when": when, "ending": ending},
            hint=_("The job's log may say more; often the machine ran out of memory."),
        )
