"""What if a row were another: explained by a warm child process, confined as the job was, which ends when nobody asks.

One process a version and web process; at most MOST_WARM of them. No row that is asked with is kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from django.utils.translation import gettext as _

import mlops
from mlops.blobs.trees import fetch_tree, open_file
from mlops.confinement.confining import start
from mlops.explanations.computing.__main__ import MODEL_FOLDER
from mlops.explanations.model_files import lay_out_columns
from mlops.explanations.models import Explanation
from mlops.formats.explanation import BACKGROUND_FILE, LocalExplanation
from mlops.formats.refusal import Refusal, refusal_of
from mlops.packaging.child import OWN_FOLDER, THREADS, harmless, walls_of
from mlops.packaging.scratch import scratch
from mlops.runtime import learning
from mlops.scoring.children.pipe import read_frame, write_frame

MOST_WARM = 3
IDLE_SECONDS = 120.0
START_SECONDS, ASK_SECONDS = 60.0, 20.0

_lock = threading.Lock()
_warm: dict[str, _Child] = {}


def asked(one: Explanation, row: dict[str, Any]) -> LocalExplanation:
    """Raises Refusal `explanation_without_result`, `what_if_not_here`, `what_if_failed`, and what the model refuses."""
    if one.tree_id is None or one.files_tree is None:
        message = _("The explanation “%(one)s” has no background to compare a row with.") % {"one": one}
        raise Refusal("explanation_without_result", message, hint=_("Explain the version first."), status=409)
    if not learning.is_here():
        raise Refusal(
            "what_if_not_here",
            _("This web process has none of the libraries that open models, so that it cannot ask one."),
            hint=_("Run web processes from the image mlops-studio-worker, which has them: MLOPS_IMAGE."),
            status=501,
        )
    child = _child_of(one)
    try:
        return child.ask(row)
    except _Gone:
        child.drop()
        raise Refusal(
            "what_if_failed",
            _("The model's process ended over this row, or took too long."),
            hint=_("Try once more: it is started anew."),
            status=502,
        ) from None


class _Gone(Exception):
    """The process ended, or was ended because it took too long."""


class _Child:
    """Made at once; the model is fetched and its process started by whoever asks first, while nobody else waits but
    those who ask the same explanation."""

    def __init__(self, one: Explanation) -> None:
        self._one = one
        self._turn = threading.Lock()
        self.used_at = time.monotonic()
        self._folder = Path(tempfile.mkdtemp(prefix=f"what-if-{one.pk}-", dir=scratch()))
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ended = False

    def ask(self, row: dict[str, Any]) -> LocalExplanation:
        with self._turn:
            self.used_at = time.monotonic()
            process = self._process or self._begun()
            try:
                write_frame(cast("BinaryIO", process.stdin), row)
            except (OSError, ValueError):  # it ended, or its pipes are closed
                raise _Gone from None
            told = self._heard(process, ASK_SECONDS)
            self.used_at = time.monotonic()
        return msgspec.convert(told, LocalExplanation)

    def drop(self) -> None:
        with _lock:
            if _warm.get(str(self._one.pk)) is self:
                del _warm[str(self._one.pk)]
        self.end()

    def end(self) -> None:
        self._is_ended = True
        process = self._process
        if process is not None:
            _kill(process)
            process.wait()
            for one in (process.stdin, process.stdout):
                if one is not None:
                    one.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begun(self) -> subprocess.Popen[bytes]:
        """With its model open. Whatever stands in its way, nothing of it is left."""
        try:
            self._lay_out()
            process = self._process = self._started()
            if self._is_ended:
                raise _Gone
            self._heard(process, START_SECONDS)
        except BaseException:
            was_ended = self._is_ended
            self.drop()
            if was_ended:
                raise _Gone from None
            raise
        return process

    def _lay_out(self) -> None:
        fetch_tree(str(self._one.files_tree), self._folder / MODEL_FOLDER)
        lay_out_columns(self._one.version, self._folder / MODEL_FOLDER)
        with open_file(str(self._one.tree_id), BACKGROUND_FILE) as source:
            (self._folder / BACKGROUND_FILE).write_bytes(source.read())

    def _started(self) -> subprocess.Popen[bytes]:
        own = self._folder / OWN_FOLDER
        walls = walls_of(self._folder, ())
        places = {"HOME": str(own / "home"), "TMPDIR": str(own / "tmp")}
        return start(
            [sys.executable, "-m", "mlops.explanations.computing.asking", str(self._folder)],
            how=walls,
            niceness=0,
            cwd=str(Path(mlops.__file__).parent.parent),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**harmless(os.environ), **dict.fromkeys(THREADS, "1"), **places},
            start_new_session=True,
        )

    def _heard(self, process: subprocess.Popen[bytes], seconds: float) -> Any:
        timer = threading.Timer(seconds, _kill, args=(process,))
        timer.daemon = True
        timer.start()
        try:
            frame = read_frame(cast("BinaryIO", process.stdout))
        except (OSError, ValueError):
            frame = None
        finally:
            timer.cancel()
        if frame is None:
            raise _Gone
        answer = frame[0]
        if "error" in answer:
            raise refusal_of(answer["error"])
        return answer["ok"]


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _child_of(one: Explanation) -> _Child:
    key = str(one.pk)
    too_many: list[_Child] = []
    with _lock:
        child = _warm.get(key)
        if child is None:
            while len(_warm) >= MOST_WARM:
                oldest = min(_warm, key=lambda each: _warm[each].used_at)
                too_many.append(_warm.pop(oldest))
            child = _warm[key] = _Child(one)
            _look_later(key, child)
    for each in too_many:
        each.end()
    return child


def _look_later(key: str, child: _Child) -> None:
    timer = threading.Timer(IDLE_SECONDS, _look, args=(key, child))
    timer.daemon = True
    timer.start()


def _look(key: str, child: _Child) -> None:
    """Ends a process that nobody asked for a while."""
    if _warm.get(key) is not child:
        return
    if time.monotonic() - child.used_at < IDLE_SECONDS:
        _look_later(key, child)
    else:
        child.drop()


def end_all() -> None:
    """For tests and the end of a server."""
    with _lock:
        children = list(_warm.values())
        _warm.clear()
    for child in children:
        child.end()
