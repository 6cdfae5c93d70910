"""A store in a child process: questions and answers over its pipes. It dies with us, or when it is closed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.datastores.fetching import private_hosts, roots
from mlops.formats.refusal import Refusal
from mlops.mlflow_stores.__main__ import Order, read_frame, write_frame
from mlops.mlflow_stores.opening import Address
from mlops.mlflow_stores.values import Experiment, Leftover, LoggedModel, Lying, Point, Registered, Run, Trace
from mlops.work.children import MEMORY_BYTES, child_environment

Thing = TypeVar("Thing")
MODULE = "mlops.mlflow_stores"
A_TIME = 200


class Reader:
    def __init__(self, child: subprocess.Popen[bytes], errors: Any) -> None:
        self._child, self._errors = child, errors

    def experiments(self) -> list[Experiment]:
        return list(self._asked(Experiment, "experiments"))

    def runs(self, experiment: str) -> Iterator[list[Run]]:
        """Some at a time; other questions may come between."""
        yield from self._pages(Run, "runs", experiment)

    def logged_models(self, experiment: str) -> Iterator[list[LoggedModel]]:
        yield from self._pages(LoggedModel, "logged_models", experiment)

    def traces(self, experiment: str) -> Iterator[list[Trace]]:
        yield from self._pages(Trace, "traces", experiment)

    def points(self, runs: list[str]) -> Iterator[tuple[str, list[Point]]]:
        return self._asked(tuple[str, list[Point]], "points", runs=runs)

    def registered(self) -> list[Registered]:
        return list(self._asked(Registered, "registered"))

    def leftovers(self) -> list[Leftover]:
        return list(self._asked(Leftover, "leftovers"))

    def files(self, place: str) -> list[Lying]:
        return list(self._asked(Lying, "files", place=place))

    def fetch(self, place: str, paths: list[str], folder: Path) -> dict[str, Refusal]:
        """Each file under its place in the list. The value: those that did not come."""
        answers = self._asked(tuple[int, dict[str, Any] | None], "fetch", place=place, paths=paths, folder=str(folder))
        told = zip(paths, list(answers), strict=True)
        return {path: _refusal(problem) for path, (_size, problem) in told if problem}

    def _pages(self, kind: type[Thing], name: str, experiment: str) -> Iterator[list[Thing]]:
        while page := list(self._asked(kind, name, experiment=experiment, most=A_TIME)):
            yield page

    def _asked(self, kind: type[Thing], name: str, **more: Any) -> Iterator[Thing]:
        self._send({"ask": name, **more})
        while (answer := self._answer()) is not None:
            yield msgspec.convert(answer, kind)

    def _send(self, message: Any) -> None:
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):  # the answer says why
            write_frame(self._child.stdin, message)  # type: ignore[arg-type]

    def _answer(self) -> Any:
        """None at the end of the answers."""
        assert self._child.stdout is not None
        frame = read_frame(self._child.stdout)  # type: ignore[arg-type]
        if frame is None:
            raise self._died()
        message = msgspec.msgpack.decode(frame)
        if "refusal" in message:
            raise _refusal(message["refusal"])
        return None if message.get("end") else message["is"]

    def _died(self) -> Refusal:
        status = self._child.wait()
        self._errors.seek(0)
        last = self._errors.read()[-4_000:].decode("utf-8", errors="replace").strip().splitlines()[-1:]
        return Refusal(
            "source_unreadable",
            _("Reading the store broke off: %(last)s") % {"last": (last or [f"exit status {status}"])[0][:300]},
            hint=_(
                "If MLflow itself reads it, this is a fault of ours worth reporting. Nothing that was taken is lost."
            ),
            status=422,
        )


def _refusal(told: dict[str, Any]) -> Refusal:
    return Refusal(told["code"], told["detail"], hint=told["hint"], status=told["status"])


@contextmanager
def reading(where: Address, *, archive: Path | None = None) -> Iterator[Reader]:
    """Raises Refusal where the store cannot be opened."""
    order = Order(
        where=msgspec.structs.replace(where, roots=where.roots or roots(), private_hosts=private_hosts()),
        archive=str(archive or ""),
        memory_bytes=settings.STEP_MEMORY_BYTES or MEMORY_BYTES,
    )
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=settings.BASE_DIR,
            env=child_environment(),
            start_new_session=True,
        )
        try:
            reader = Reader(child, errors)
            reader._send(order)
            reader._answer()
            yield reader
        finally:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
