"""A step whose program runs apart from its process: the process lays out, asks for the program by a file, waits for the
answer, and takes back. Who runs it, a Docker engine or a cluster, is one file a kind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection
from pathlib import Path

import msgspec
from django.conf import settings

from mlops.confinement.confining import existing_folders
from mlops.execution.executors import Started
from mlops.formats.container import ASKED_FILE, ENDED_FILE, Asked, Ended
from mlops.formats.refusal import Refusal
from mlops.formats.step import ProgressLine, StepOrder, StepReport

NOBODY = 10001


class RunsApart(ABC):
    """A step's process, and its program elsewhere once it asks for it."""

    def __init__(self, process: Started, order: StepOrder) -> None:
        self.order = order
        self.work = Path(order.work_dir)
        self.is_killed = False
        self._process = process
        self._thread: threading.Thread | None = None
        self._lost: Refusal | None = None

    @abstractmethod
    def carry_out(self, asked: Asked) -> Ended:
        """In a thread of its own, until the program has ended. Raises Refusal: `step_lost` where nobody can tell how
        it ended, any other is the step's error."""

    @abstractmethod
    def end_program(self) -> None:
        """Whatever is left of it, also while `carry_out` waits."""

    @abstractmethod
    def problem(self, error: Exception) -> Ended:
        """What is told of an error that nobody expected."""

    def wait(self, seconds: float) -> None:
        self._process.wait(seconds)

    def poll(self) -> StepReport | None:
        if self._thread is None and (self.work / ASKED_FILE).exists():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        if self._lost is not None:
            raise self._lost
        report = self._process.poll()
        if report is not None:
            self.end_program()
        return report

    def news(self) -> list[ProgressLine]:
        return self._process.news()

    def kill(self) -> None:
        self.is_killed = True
        self._process.kill()
        self.end_program()

    def _run(self) -> None:
        try:
            asked = msgspec.json.decode((self.work / ASKED_FILE).read_bytes(), type=Asked)
            ended = self.carry_out(asked)
        except Refusal as refusal:
            if refusal.code == "step_lost":
                self._lost = refusal
                return
            ended = Ended(code=refusal.code, problem=refusal.message, hint=refusal.hint)
        except Exception as error:  # whatever is said there, the step must end with it
            ended = self.problem(error)
        with contextlib.suppress(OSError):
            self._take_back()
            draft = self.work / f"{ENDED_FILE}.part"
            draft.write_bytes(msgspec.json.encode(ended))
            draft.rename(self.work / ENDED_FILE)

    def _take_back(self) -> None:
        """What the program's user made is the worker's again: the step's process reads it."""
        if os.getuid() == 0:
            outputs = self.order.outputs.values()
            for top in (*existing_folders(str(self.work)), *outputs, str(self.work / "metrics.jsonl")):
                give(Path(top), os.getuid())


def own_folders(order: StepOrder, asked: Asked) -> list[str]:
    """Those of its work folder that the program may write."""
    work = Path(order.work_dir).resolve()
    return [folder for folder in asked.folders if Path(folder).resolve().parent == work]


def given_to_its_user(order: StepOrder, folders: Collection[str]) -> tuple[int, int]:
    """User and group to run as: the worker's own, who owns the files; a worker that is root gives them to a user
    without a name."""
    metrics = Path(order.work_dir) / "metrics.jsonl"
    metrics.touch()
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    for top in (*folders, *order.outputs.values(), str(metrics)):
        give(Path(top), NOBODY)
    return NOBODY, NOBODY


def give(top: Path, owner: int) -> None:
    """The files below it. What has another name elsewhere is kept by content, and stays whose it is."""
    os.chown(top, owner, owner, follow_symlinks=False)
    for place, folders, files in os.walk(top):
        for name in folders:
            os.chown(Path(place) / name, owner, owner, follow_symlinks=False)
        for name in files:
            path = Path(place) / name
            if path.lstat().st_nlink == 1:
                os.chown(path, owner, owner, follow_symlinks=False)


def step_mark(order: StepOrder) -> str:
    return f"{order.run}/{order.node}"


def attempt_mark(order: StepOrder) -> str:
    """As its folder is named: the step's key and the number of the attempt."""
    return Path(order.work_dir).parent.name


def server_mark() -> str:
    """Which server a container is of, where several share an engine."""
    return hashlib.sha256(str(settings.DATA_DIR).encode()).hexdigest()[:16]
