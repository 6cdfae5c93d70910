"""The ASGI application of one deployment: which path does what, and whether the server is ready."""

from __future__ import annotations

import asyncio
import signal
import time
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext
from mlops.http.spans import SpanQueue
from mlops.scoring import inputs_form, segments_http
from mlops.scoring.binary_tensors import EXTENSION, LENGTH_HEADER, read_request, write_answer
from mlops.scoring.collecting.collector import Headers
from mlops.scoring.collecting.note import Note
from mlops.scoring.collecting.present import Present
from mlops.scoring.exchange import (
    TEXT,
    Answer,
    ClientGone,
    Receive,
    Scope,
    Send,
    header,
    json_answer,
    problem_answer,
    read_body,
    write,
)
from mlops.scoring.explaining import Explaining, is_asked
from mlops.scoring.metrics import Metrics
from mlops.scoring.reloading import watch
from mlops.scoring.served.model import Served, log, unknown_model
from mlops.scoring.served.opening import opened, read_serving
from mlops.scoring.served.script import ScriptModel
from mlops.scoring.served.several import SeveralModels
from mlops.scoring.telling import note_spans
from mlops.scoring.timing import Timing, current

_PATHS = ("/score", "/invocations", "/swagger.json", "/healthz", "/readyz", "/metrics", "/v2")
_CONTROL = "/-/"
_METHODS = b"GET, POST, OPTIONS"
_RAW_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"


class Application:
    """Raises Refusal when the folder has no usable serving.json. `reload`: a changed script is loaded again."""

    def __init__(self, folder: Path, *, reload: bool = False) -> None:
        self._reload = reload
        self._model = opened(folder)
        self.serving = serving = self._model.serving
        self._metrics = Metrics(model=serving.model, deployment=serving.deployment)
        self._origins = frozenset(origin.encode() for origin in serving.cors_origins)
        self._keeper: asyncio.Task[None] | None = None
        self.spans: SpanQueue | None = None
        """Where spans of requests go; None: nobody wants them."""
        self._folder = folder
        self._explaining = Explaining(folder)
        self.collection = Present(folder, serving, log=lambda detail: log(code="collection", detail=detail))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        rows = 0
        timing = Timing()
        current.set(timing)
        note = self._note(scope)
        try:
            answer, rows = await self._answer(scope, receive)
        except ClientGone:
            return
        except Refusal as refusal:
            answer = self._problem(scope, refusal)
        except Exception as error:
            traceback.print_exc()
            fault = Refusal(
                "internal",
                gettext("The scoring server failed: %(error)s: %(error_2)s")
                % {"error": type(error).__name__, "error_2": error},
                status=500,
            )
            answer = self._problem(scope, fault)
        if scope["method"] == "POST":
            self._metrics.count(answer.status, seconds=time.perf_counter() - began, rows=rows)
            if self.spans is not None:
                note_spans(self.spans, scope["headers"], answer.status, began=began, timing=timing, rows=rows)
        extra: tuple[tuple[bytes, bytes], ...] = (timing.header(),) if timing.score else ()
        if note is not None and answer.status < 400:
            extra += self.collection.keep(note)
        await write(send, answer, extra=(*extra, *self._cors(scope, answer)) if self._origins else extra)

    def not_ready(self) -> list[str]:
        """The reasons, in plain words; empty when ready."""
        return [self._model.trouble] if self._model.trouble else []

    def model(self, name: str, version: str = "") -> Served:
        """By name (or `NAME:VERSION`) and version; empty for whatever it has. Raises Refusal `unknown_model`."""
        name, _, other = name.partition(":")
        version = version or other
        if isinstance(self._model, SeveralModels):
            return self._model.member(name, version)
        if name != self._model.name or version not in ("", self._model.version):
            raise unknown_model(name, version, (self._model,))
        return self._model

    async def infer(
        self, model: Served, asked: dict[str, Any], *, headers: Headers
    ) -> tuple[dict[str, Any], tuple[tuple[bytes, bytes], ...]]:
        """For other faces than HTTP: counted, kept, and refused while the model is not ready. The answer comes with
        headers of its own."""
        began = time.perf_counter()
        rows, status = 0, 500
        note = self.collection.note(headers)
        told_with: tuple[tuple[bytes, bytes], ...] = ()
        try:
            self._require_ready()
            told, rows = await model.infer(asked)
            status = 200
            told_with = self.collection.keep(note)
        except Refusal as refusal:
            status = refusal.status
            raise
        finally:
            self._metrics.count(status, seconds=time.perf_counter() - began, rows=rows)
        return told, told_with

    def _note(self, scope: Scope) -> Note | None:
        if self.collection.collector is None or (scope["method"] != "POST" and not self._takes_raw):
            return None
        return self.collection.note(dict(scope["headers"]))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._keeper = asyncio.create_task(self._model.keep())
        following = asyncio.create_task(self.collection.watch(lambda: read_serving(self._folder)))
        watcher = self._watched()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._model.stop()
        self.collection.seal()
        following.cancel()
        self._keeper.cancel()
        if watcher is not None:
            watcher.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    def _watched(self) -> asyncio.Task[None] | None:
        """A script's files are looked at where that is wanted; SIGHUP loads it again in any case."""
        model = self._model
        if not isinstance(model, ScriptModel):
            return None
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, model.reload)
        return asyncio.create_task(watch(model.code, model.reload)) if self._reload else None

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Answer, int]:
        method, path = scope["method"], scope["path"]
        if method == "POST" and path == "/score" and not self._takes_raw:
            model = self._asked(scope)
            body = await read_body(scope, receive, most_bytes=self.serving.limits.body_bytes)
            self._require_ready()
            if (query := scope.get("query_string")) and is_asked(query):
                answer, rows = await inputs_form.score(model, body)
                return await self._explaining.added(model, inputs_form.as_data(body), answer), rows
            return await inputs_form.score(model, body)
        path = path.rstrip("/") or "/"
        if path.startswith(_CONTROL) and self.collection.told is not None:
            return await segments_http.answer(method, path, dict(scope["headers"]), self.collection), 0
        if self._takes_raw and path == "/score" and not (method == "OPTIONS" and self._is_preflight(scope)):
            return await self._raw(scope, receive)
        if method == "OPTIONS":
            return self._preflight(scope), 0
        if method == "POST":
            return await self._post(path, scope, receive)
        if method not in ("GET", "HEAD") or path in ("/score", "/invocations"):
            raise self._wrong_method(path, method, allowed="POST" if path in ("/score", "/invocations") else "GET")
        return self._get(path), 0

    async def _post(self, path: str, scope: Scope, receive: Receive) -> tuple[Answer, int]:
        is_infer = path.startswith("/v2/models/") and path.endswith("/infer")
        if path not in ("/score", "/invocations") and not is_infer:
            self._get(path)
            raise self._wrong_method(path, "POST", allowed="GET")
        model = self._model_at(path) if is_infer else self._asked(scope)
        body = await read_body(scope, receive, most_bytes=self.serving.limits.body_bytes)
        self._require_ready()
        if is_infer:
            asked = read_request(body, header(scope, LENGTH_HEADER))
            told, rows = await model.infer(asked)
            return write_answer(told, asked), rows
        if path == "/score":
            return await inputs_form.score(model, body)
        return await model.invoke(body, content_type=header(scope, b"content-type").decode("latin-1"))

    async def _raw(self, scope: Scope, receive: Receive) -> tuple[Answer, int]:
        assert isinstance(self._model, ScriptModel)
        body = await read_body(scope, receive, most_bytes=self.serving.limits.body_bytes)
        self._require_ready()
        return await self._model.score_raw(scope, body)

    @property
    def _takes_raw(self) -> bool:
        return isinstance(self._model, ScriptModel) and self._model.takes_raw

    def _is_preflight(self, scope: Scope) -> bool:
        """Where origins are configured the server answers preflights; elsewhere a raw script does it itself."""
        return bool(self._origins and header(scope, b"access-control-request-method"))

    def _get(self, path: str) -> Answer:
        reasons = self.not_ready()
        if path in ("/healthz", "/v2/health/live"):
            return json_answer({"live": True})
        if path in ("/readyz", "/v2/health/ready"):
            return json_answer(
                {"ready": not reasons, "reasons": reasons, "model": self.serving.model},
                status=503 if reasons else 200,
            )
        if path == "/metrics":
            text = self._metrics.text(ready=not reasons, waiting=self._model.waiting, spool=self.collection.spool)
            return Answer(body=text.encode(), content_type=TEXT)
        if path in ("/swagger.json", "/openapi.json"):
            return json_answer(self._model.openapi())
        if path == "/v2":
            from mlops import __version__

            return json_answer({"name": "mlops-studio", "version": __version__, "extensions": [EXTENSION]})
        if path.startswith("/v2/models/"):
            return self._get_model(path)
        raise Refusal(
            "unknown_path",
            gettext("There is nothing at %(path)s.") % {"path": path},
            hint=nearest(path, _PATHS) or (gettext("Try one of %(names)s.") % {"names": ", ".join(_PATHS)}),
            status=404,
        )

    def _get_model(self, path: str) -> Answer:
        model = self._model_at(path)
        if path.endswith("/ready"):
            ready = not model.trouble
            return json_answer({"name": model.name, "ready": ready}, status=200 if ready else 503)
        return json_answer(model.metadata())

    def _asked(self, scope: Scope) -> Served:
        """Where a server has several models, the one that the query names: `?model=NAME` or `NAME:VERSION`."""
        if not isinstance(self._model, SeveralModels) or not scope.get("query_string"):
            return self._model
        wanted = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("model", "")
        return self.model(wanted) if wanted else self._model

    def _model_at(self, path: str) -> Served:
        """/v2/models/NAME[/versions/VERSION][/ready|/infer]"""
        parts = [unquote(part) for part in path.split("/")[3:] if part not in ("ready", "infer")]
        version = parts[2] if len(parts) == 3 and parts[1] == "versions" else ""
        if len(parts) not in (1, 3) or (len(parts) == 3 and not version):
            raise unknown_model(":".join(parts[::2]), "", (self._model,))
        return self.model(parts[0], version)

    def _require_ready(self) -> None:
        reasons = self.not_ready()
        if reasons:
            raise Refusal("not_ready", " ".join(reasons), hint=gettext("See GET /readyz."), status=503)

    def _problem(self, scope: Scope, refusal: Refusal) -> Answer:
        if refusal.status >= 500 and refusal.code not in ("queue_full", "queue_wait", "not_ready"):
            log(
                code=refusal.code,
                detail=refusal.message,
                path=scope["path"],
                request=header(scope, b"x-request-id").decode("latin-1"),
                trace=header(scope, b"traceparent").decode("latin-1").partition("-")[2][:32],
            )
        more = {"error": refusal.message} if scope["path"].startswith("/v2") else {}
        return problem_answer(refusal, **more)

    def _preflight(self, scope: Scope) -> Answer:
        methods = _RAW_METHODS if self._takes_raw else _METHODS
        wanted = header(scope, b"access-control-request-headers") or b"authorization, content-type"
        return Answer(
            status=204,
            headers=(
                (b"access-control-allow-methods", methods),
                (b"access-control-allow-headers", wanted),
                (b"access-control-max-age", b"600"),
                (b"allow", methods),
            ),
        )

    def _cors(self, scope: Scope, answer: Answer) -> tuple[tuple[bytes, bytes], ...]:
        """Headers that a raw script gave itself are left as they are."""
        origin = header(scope, b"origin")
        if any(name == b"access-control-allow-origin" for name, _ in answer.headers):
            return ()
        if not origin or (b"*" not in self._origins and origin not in self._origins):
            return ((b"vary", b"origin"),)
        return ((b"access-control-allow-origin", origin), (b"vary", b"origin"))

    def _wrong_method(self, path: str, method: str, *, allowed: str) -> Refusal:
        return Refusal(
            "method_not_allowed",
            gettext("%(path)s does not take %(method)s.") % {"path": path, "method": method},
            hint=f"Use {allowed}.",
            status=405,
        )
