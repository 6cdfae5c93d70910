"""Answers with a user's init() and run(data) in a child process; run() is never called twice at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.scoring.children import debugging
from mlops.scoring.children.model_folder import ALIAS
from mlops.scoring.collecting.note import Note
from mlops.scoring.engines.child import Child
from mlops.scoring.exchange import JSON, Answer

_NOT_THE_SCRIPTS = (b"content-length", b"transfer-encoding", b"connection")
"""Headers that the server writes itself."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`request` (method, path, query, headers) is for scripts that take raw requests; with a `note` what the script's
    own collectors take is kept."""

    body: bytes
    request: dict[str, Any] | None = None
    note: Note | None = None


class ScriptEngine:
    most = 1

    def __init__(self, folder: Path, *, serving: Serving) -> None:
        model_dir = str(folder / "model")
        threads = str(max(1, serving.threads))
        code = folder / serving.code if serving.code else (folder / serving.script).parent
        self._child = Child(
            "mlops.scoring.children.script",
            arguments=(str(folder / serving.script), str(code)),
            env={
                "OMP_NUM_THREADS": threads,
                **serving.variables,
                "AZUREML_MODEL_DIR": model_dir,
                "MLOPS_MODEL_DIR": model_dir,
                ALIAS: serving.model_folder,
            },
            python=serving.python,
        )
        self.code = code
        if debugging.is_wanted():
            self._child.trouble = "The script is being loaded; a debugger may be waited for."

    @property
    def trouble(self) -> str:
        return self._child.trouble

    @property
    def takes_raw(self) -> bool:
        return bool(self._child.about.get("raw"))

    @property
    def schemas(self) -> dict[str, Any]:
        """`input` and `output`, as OpenAPI has them, where the script's decorators tell them."""
        return {name: self._child.about[name] for name in ("input", "output") if self._child.about.get(name)}

    def lives(self) -> AsyncIterator[None]:
        return self._child.lives()

    async def execute(self, jobs: Sequence[Asked]) -> Sequence[Answer | Exception]:
        return [await self._run(asked) for asked in jobs]

    def reload(self) -> None:
        self._child.reload()

    def abandon(self) -> None:
        self._child.give_up()

    async def stop(self) -> None:
        await self._child.stop()

    async def _run(self, asked: Asked) -> Answer | Exception:
        try:
            told, body = await self._child.ask(_message(asked), asked.body)
        except Refusal as refusal:
            return refusal
        if asked.note is not None:
            asked.note.gather(told.get("collected", ()))
        return _answer(told, body)


def _message(asked: Asked) -> dict[str, Any]:
    message: dict[str, Any] = {"request": asked.request} if asked.request else {}
    return {**message, "collect": asked.note.call[1:]} if asked.note is not None else message


def _answer(told: dict[str, Any], body: bytes) -> Answer:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in told["headers"]]
    kind = next((value for name, value in headers if name == b"content-type"), JSON)
    more = tuple((n, v) for n, v in headers if n != b"content-type" and n not in _NOT_THE_SCRIPTS)
    return Answer(status=told["status"], body=body, content_type=kind, headers=more)
