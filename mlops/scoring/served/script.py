"""A script of the user's: it takes bodies as they are, so only the script knows what is right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext as _
from mlops.scoring.bodies import read_json
from mlops.scoring.collecting import note as noting
from mlops.scoring.collecting.note import Body
from mlops.scoring.engines.script import Asked, ScriptEngine
from mlops.scoring.exchange import JSON, Answer, Scope
from mlops.scoring.openapi import openapi
from mlops.scoring.served.model import Kept, encoder


class ScriptModel(Kept):
    def __init__(self, serving: Serving, engine: ScriptEngine, *others: ScriptEngine) -> None:
        super().__init__(serving, engine, *others)
        self._script, self._scripts = engine, (engine, *others)

    @property
    def takes_raw(self) -> bool:
        """Whether run() wants the whole request, whatever its method."""
        return self._script.takes_raw

    @property
    def code(self) -> Path:
        """The folder that its files are in."""
        return self._script.code

    def reload(self) -> None:
        for one in self._scripts:
            one.reload()

    async def score(self, body: bytes) -> tuple[Answer, int]:
        return await self._run(Asked(body=body)), 1

    async def score_raw(self, scope: Scope, body: bytes) -> tuple[Answer, int]:
        request = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope.get("query_string", b"").decode("latin-1"),
            "headers": [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        }
        return await self._run(Asked(body=body, request=request)), 1

    async def invoke(self, body: bytes, *, content_type: str) -> tuple[Answer, int]:
        if self.takes_raw:
            raise Refusal(
                "raw_script", _("This deployment's script takes raw requests."), hint="Use /score.", status=400
            )
        answer = await self._run(Asked(body=body))
        if answer.content_type != JSON or answer.status != 200:
            return answer, 1
        return Answer(body=b'{"predictions":' + answer.body + b"}", headers=answer.headers), 1

    async def infer(self, asked: Any) -> tuple[dict[str, Any], int]:
        raise self._no_tensors()

    async def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        answer = read_json((await self._run(Asked(body=encoder.encode({"data": rows})))).body)
        predictions = answer.get("predictions", answer) if isinstance(answer, dict) else answer
        return [row if isinstance(row, dict) else {"value": row} for row in predictions]

    def metadata(self) -> dict[str, Any]:
        raise self._no_tensors()

    def openapi(self) -> dict[str, Any]:
        return openapi(self.serving, None, schemas=self._script.schemas, raw=self.takes_raw)

    async def _run(self, asked: Asked) -> Answer:
        if (note := noting.current.get()) is None:
            answer: Answer = await self._line.submit(asked)
            return answer
        answer = await self._line.submit(replace(asked, note=note))
        told = Body(content=answer.body, content_type=answer.content_type.decode("latin-1"), name="prediction")
        note.hold(self.serving.model, inputs=Body(content=asked.body, content_type=_kind(asked)), predictions=told)
        return answer

    def _no_tensors(self) -> Refusal:
        return Refusal(
            "no_signature",
            _("This deployment answers with a script and has no signature to translate tensors by."),
            hint=_("Use POST /score."),
            status=400,
        )


def _kind(asked: Asked) -> str:
    """Only a raw script is told the type of a body; others take text."""
    headers = asked.request["headers"] if asked.request else ()
    return next((value for name, value in headers if name == "content-type"), "application/json")
