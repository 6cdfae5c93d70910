"""The ASGI application of one deployment: which path does what, and whether the server is ready."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from mlops.formats.model import MANIFEST_FILE, ModelManifest, Signature
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.scoring.batch import Batch, Columns, records
from mlops.scoring.bodies import read_invocation, read_json, read_score
from mlops.scoring.engines.engine import Engine
from mlops.scoring.engines.native import NativeEngine
from mlops.scoring.engines.onnx import OnnxEngine
from mlops.scoring.engines.script import ScriptEngine
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
from mlops.scoring.golden import difference
from mlops.scoring.metrics import Metrics
from mlops.scoring.open_inference import infer_answer, metadata, read_infer
from mlops.scoring.openapi import openapi
from mlops.scoring.validation import Validator
from mlops.scoring.waiting import WaitingLine

_PATHS = ("/score", "/invocations", "/swagger.json", "/healthz", "/readyz", "/metrics", "/v2")
_encoder = msgspec.json.Encoder()


class Application:
    """Raises Refusal when the folder has no usable serving.json."""

    def __init__(self, folder: Path) -> None:
        self.serving = serving = read_serving(folder)
        self.signature = _signature(folder, serving)
        self._engine = _engine(folder, serving, self.signature)
        self._validator = Validator(self.signature, most_rows=serving.limits.rows) if self.signature else None
        self._line: WaitingLine[Any, Any] = WaitingLine(
            self._engine.execute, limits=serving.limits, most=self._engine.most, abandon=self._engine.abandon
        )
        self._metrics = Metrics(model=serving.model, deployment=serving.deployment)
        self._doubt = "The recorded requests have not been checked yet."
        self._model_name, _, self._model_version = serving.model.partition(":")
        self._origins = frozenset(origin.encode() for origin in serving.cors_origins)
        self._keeper: asyncio.Task[None] | None = None
        self._posts: dict[str, Callable[[bytes], Awaitable[tuple[bytes, int]]]] = {
            "/score": self._score,
            "/invocations": self._invoke,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        rows = 0
        path = scope["path"]
        try:
            act = self._posts.get(path)
            if act is not None and scope["method"] == "POST":
                raw = await read_body(scope, receive, most_bytes=self.serving.limits.body_bytes)
                body, rows = await act(raw)
                answer = Answer(body=body)
            else:
                answer, rows = await self._other(scope, receive)
        except ClientGone:
            return
        except Refusal as refusal:
            answer = self._problem(scope, refusal)
        except Exception as error:
            traceback.print_exc()
            fault = Refusal("internal", f"The scoring server failed: {type(error).__name__}: {error}", status=500)
            answer = self._problem(scope, fault)
        if scope["method"] == "POST":
            self._metrics.count(answer.status, seconds=time.perf_counter() - began, rows=rows)
        await write(send, answer, extra=self._cors(scope) if self._origins else ())

    def not_ready(self) -> list[str]:
        """The reasons, in plain words; empty when ready."""
        return [reason for reason in (self._engine.trouble or self._doubt,) if reason]

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._keeper = asyncio.create_task(self._keep())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._engine.stop()
        self._keeper.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep(self) -> None:
        try:
            async for _ in self._engine.lives():
                self._doubt = await self._check_golden()
                if self._doubt:
                    _log(code="golden_request_differs", detail=self._doubt)
        except Exception as error:
            traceback.print_exc()
            self._doubt = f"The model could not be started: {type(error).__name__}: {error}"
        if self._engine.trouble:
            _log(code="model_not_loaded", detail=self._engine.trouble)

    async def _check_golden(self) -> str:
        for number, golden in enumerate(self.serving.golden, start=1):
            try:
                found = difference(golden, await self._predict(list(golden.rows)))
            except Refusal as refusal:
                found = refusal.message
            if found:
                return f"The recorded request {number} is not answered as it was recorded: {found}."
        return ""

    async def _predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        if self._validator is None:
            answer = read_json(await self._line.submit(_encoder.encode({"data": rows}).decode()))
            predictions = answer.get("predictions", answer) if isinstance(answer, dict) else answer
            return [row if isinstance(row, dict) else {"value": row} for row in predictions]
        batch = self._validator.from_records(rows)
        return records(await self._line.submit(batch, size=batch.rows))

    async def _score(self, raw: bytes) -> tuple[bytes, int]:
        self._require_ready()
        if self._validator is None:
            return await self._run(raw), 1
        batch = read_score(raw, validator=self._validator)
        outputs = await self._outputs(batch)
        answer = {
            "predictions": records(outputs),
            "model": self.serving.model,
            "deployment": self.serving.deployment,
        }
        if batch.warnings:
            answer["warnings"] = batch.warnings
        return _encoder.encode(answer), batch.rows

    async def _invoke(self, raw: bytes) -> tuple[bytes, int]:
        self._require_ready()
        if self._validator is None:
            return b'{"predictions":' + await self._run(raw) + b"}", 1
        batch = read_invocation(raw, validator=self._validator)
        return _encoder.encode({"predictions": records(await self._outputs(batch))}), batch.rows

    async def _infer(self, raw: bytes) -> tuple[bytes, int]:
        self._require_ready()
        signature, validator = self._need_signature()
        batch, request = read_infer(raw, validator=validator)
        outputs = await self._outputs(batch)
        answer = infer_answer(outputs, request, signature=signature, name=self._model_name, version=self._model_version)
        return _encoder.encode(answer), batch.rows

    async def _outputs(self, batch: Batch) -> Columns:
        if batch.rows == 0:
            return {}
        outputs: Columns = await self._line.submit(batch, size=batch.rows)
        return outputs

    async def _run(self, raw: bytes) -> bytes:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Refusal("broken_json", "The body is not UTF-8 text.", status=400) from None
        answer: bytes = await self._line.submit(text)
        return answer

    async def _other(self, scope: Scope, receive: Receive) -> tuple[Answer, int]:
        method, path = scope["method"], scope["path"].rstrip("/") or "/"
        if method == "OPTIONS":
            return self._preflight(scope), 0
        if path.startswith("/v2/models/") and path.endswith("/infer") and method == "POST":
            self._check_model(path)
            body, rows = await self._infer(await read_body(scope, receive, most_bytes=self.serving.limits.body_bytes))
            return Answer(body=body), rows
        allowed = "POST" if path in self._posts else "GET"
        answer = self._get(path) if path not in self._posts else None
        if answer is None or method not in ("GET", "HEAD"):
            raise Refusal("method_not_allowed", f"{path} does not take {method}.", hint=f"Use {allowed}.", status=405)
        return answer, 0

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
            text = self._metrics.text(ready=not reasons, waiting=len(self._line))
            return Answer(body=text.encode(), content_type=TEXT)
        if path in ("/swagger.json", "/openapi.json"):
            return json_answer(openapi(self.serving, self.signature))
        if path == "/v2":
            from mlops import __version__

            return json_answer({"name": "mlops-studio", "version": __version__, "extensions": []})
        if path.startswith("/v2/models/"):
            return self._get_model(path, reasons)
        raise Refusal(
            "unknown_path",
            f"There is nothing at {path}.",
            hint=nearest(path, _PATHS) or f"Try one of {', '.join(_PATHS)}.",
            status=404,
        )

    def _get_model(self, path: str, reasons: list[str]) -> Answer:
        self._check_model(path)
        if path.endswith("/ready"):
            return json_answer({"name": self._model_name, "ready": not reasons}, status=503 if reasons else 200)
        signature, _ = self._need_signature()
        return json_answer(metadata(signature, name=self._model_name, version=self._model_version))

    def _check_model(self, path: str) -> None:
        """/v2/models/NAME[/versions/VERSION][/ready|/infer]"""
        parts = [unquote(part) for part in path.split("/")[3:] if part not in ("ready", "infer")]
        name = parts[0] if parts else ""
        version = parts[2] if len(parts) == 3 and parts[1] == "versions" else self._model_version
        known = name in (self._model_name, self.serving.model) and len(parts) in (1, 3)
        if not known or version != self._model_version:
            raise Refusal(
                "unknown_model",
                f"This server has no model '{':'.join(parts[::2])}'.",
                hint=f"It serves '{self._model_name}', version {self._model_version}.",
                status=404,
            )

    def _need_signature(self) -> tuple[Signature, Validator]:
        if self.signature is None or self._validator is None:
            raise Refusal(
                "no_signature",
                "This deployment answers with a script and has no signature to translate tensors by.",
                hint="Use POST /score.",
                status=400,
            )
        return self.signature, self._validator

    def _require_ready(self) -> None:
        reasons = self.not_ready()
        if reasons:
            raise Refusal("not_ready", " ".join(reasons), hint="See GET /readyz.", status=503)

    def _problem(self, scope: Scope, refusal: Refusal) -> Answer:
        if refusal.status >= 500 and refusal.code not in ("queue_full", "queue_wait", "not_ready"):
            _log(code=refusal.code, detail=refusal.message, path=scope["path"], request=_request_id(scope))
        more = {"error": refusal.message} if scope["path"].startswith("/v2") else {}
        return problem_answer(refusal, **more)

    def _preflight(self, scope: Scope) -> Answer:
        wanted = header(scope, b"access-control-request-headers") or b"authorization, content-type"
        return Answer(
            status=204,
            headers=(
                (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
                (b"access-control-allow-headers", wanted),
                (b"access-control-max-age", b"600"),
                (b"allow", b"GET, POST, OPTIONS"),
            ),
        )

    def _cors(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        origin = header(scope, b"origin")
        if not origin or (b"*" not in self._origins and origin not in self._origins):
            return ()
        return ((b"access-control-allow-origin", origin), (b"vary", b"origin"))


def read_serving(folder: Path) -> Serving:
    path = folder / SERVING_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Serving)
    except FileNotFoundError:
        raise Refusal(
            "no_serving_file", f"{folder} has no {SERVING_FILE}.", hint="Name a deployment's folder."
        ) from None
    except msgspec.DecodeError as error:
        raise Refusal(
            "broken_serving_file", f"{SERVING_FILE} cannot be read: {error}.", hint="Deploy it again."
        ) from None


def _signature(folder: Path, serving: Serving) -> Signature | None:
    """A script receives the body as it is, so it has none."""
    if serving.entry == "script":
        return None
    if serving.signature is not None:
        return serving.signature
    path = folder / "model" / MANIFEST_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelManifest).signature
    except (OSError, msgspec.DecodeError) as error:
        raise Refusal(
            "no_signature",
            f"The model {serving.model} has no signature: {error}.",
            hint="Deploy it with a scoring script.",
        ) from None


def _engine(folder: Path, serving: Serving, signature: Signature | None) -> Engine:
    if serving.entry == "script":
        return ScriptEngine(folder, serving=serving)
    assert signature is not None
    if serving.entry == "onnx":
        return OnnxEngine(folder, serving=serving, signature=signature)
    return NativeEngine(folder, serving=serving)


def _request_id(scope: Scope) -> str:
    return header(scope, b"x-request-id").decode("latin-1")


def _log(**line: Any) -> None:
    """One JSON line on standard error."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(msgspec.json.encode({"at": now, "level": "error", **line}).decode(), file=sys.stderr, flush=True)
