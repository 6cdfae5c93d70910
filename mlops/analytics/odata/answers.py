"""Answers in OData's JSON, and its errors."""

from __future__ import annotations

import hashlib
import math
import uuid
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from mlops.formats.refusal import Refusal

VERSION = "4.0"


def json_answer(request: HttpRequest, body: dict[str, Any], *, metadata: str = "minimal") -> HttpResponse:
    """With a tag of its content, so that who has it already gets nothing again."""
    if metadata == "none":
        body = {name: value for name, value in body.items() if name not in ("@odata.context",)}
    content = msgspec.json.encode(plain(body))
    return _tagged(request, content, f"application/json;odata.metadata={metadata};charset=utf-8")


def text_answer(request: HttpRequest, text: str, kind: str) -> HttpResponse:
    return _tagged(request, text.encode(), kind)


def error_answer(refusal: Refusal) -> HttpResponse:
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.hint:
        error["message"] = f"{refusal.message} {refusal.hint}"
    if refusal.where.parameter:
        error["target"] = refusal.where.parameter
    response = HttpResponse(
        msgspec.json.encode({"error": error}), status=refusal.status, content_type="application/json;charset=utf-8"
    )
    response.headers["OData-Version"] = VERSION
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="MLOps Studio"'
    return response


def plain(value: Any) -> Any:
    """As OData's JSON says values: moments in UTC with Z, numbers that are none as texts."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    return value


def _tagged(request: HttpRequest, content: bytes, kind: str) -> HttpResponse:
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}
    response: HttpResponse = HttpResponse(content, content_type=kind)
    if tag in known or "*" in known:
        response = HttpResponseNotModified()
    response.headers["ETag"] = tag
    response.headers["OData-Version"] = VERSION
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie, Accept, Prefer"
    return response
