"""Which calls take the short way, and what they say: a program's own JSON with a bearer token, with metrics of a run or
a search of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.checks import MOST_BATCH_BYTES, MOST_METRICS, Usual, point_of, points_of
from mlops.mlflow_api.given import Given, decoded
from mlops.mlflow_api.runs import run_id_of
from mlops.runs.logging import Point

BATCH, SEARCH = "/runs/log-batch", "/runs/search"
MOST_BYTES = {
    f"/{base}/mlflow{path}": most
    for base in ("api/2.0", "api/3.0")
    for path, most in (("/runs/log-metric", 16_384), (BATCH, MOST_BATCH_BYTES), (SEARCH, 65_536))
}
"""By path."""
OF_BROWSERS = (b"origin", b"sec-fetch-site", b"cookie")
BEARER = "bearer "


@dataclass(frozen=True)
class Call:
    """Metrics of one run, by whom the secret stands for."""

    secret: str
    workspace: str
    run_id: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Search:
    """Of runs."""

    secret: str
    workspace: str
    given: Given


class Alone(Usual, gc=False):
    model_id: str = ""


class Batch(msgspec.Struct):
    """As most are: metrics alone, none of them of a model."""

    run_id: str
    metrics: list[Alone]
    params: list[Any] = []
    tags: list[Any] = []


BATCHES = msgspec.json.Decoder(Batch)


def is_short(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
    """Whether it may take the short way, as far as its head tells."""
    if scope["path"] not in MOST_BYTES or scope["method"] != "POST" or scope.get("root_path"):
        return False
    if any(name in headers for name in OF_BROWSERS) or b"content-encoding" in headers:
        return False
    length = headers.get(b"content-length", b"")
    return (
        length.isdigit()
        and int(length) <= MOST_BYTES[scope["path"]]
        and headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == b"application/json"
        and headers.get(b"authorization", b"").lower().startswith(BEARER.encode())
        and _is_ours(headers.get(b"host", b""), tuple(settings.ALLOWED_HOSTS))
    )


@lru_cache(maxsize=1_000)
def _is_ours(host: bytes, allowed: tuple[str, ...]) -> bool:
    return validate_host(split_domain_port(host.decode("latin-1"))[0], allowed)


def call_of(path: str, headers: Mapping[bytes, bytes], body: bytes) -> Call | None:
    """None where it must be refused, or tells more than metrics."""
    told = _batch(body) if path.endswith(BATCH) else _single(body)
    return None if told is None else Call(*_who_and_where(headers), *told)


def search_of(headers: Mapping[bytes, bytes], body: bytes) -> Search | None:
    """None where it must be refused."""
    try:
        return Search(*_who_and_where(headers), Given(decoded(body)))
    except Refusal:
        return None


def _who_and_where(headers: Mapping[bytes, bytes]) -> tuple[str, str]:
    secret = headers[b"authorization"].decode("latin-1")[len(BEARER) :].strip()
    return secret, headers.get(b"x-mlflow-workspace", b"").decode("latin-1").strip()


def _single(body: bytes) -> tuple[str, list[Point]] | None:
    try:
        given = Given(decoded(body))
        return None if given.has("model_id") else (run_id_of(given), [point_of(given.fields)])
    except Refusal:
        return None


def _batch(body: bytes) -> tuple[str, list[Point]] | None:
    try:
        told = BATCHES.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if told.params or told.tags or not told.run_id or not 1 <= len(told.metrics) <= MOST_METRICS:
        return None
    points = None if any(one.model_id for one in told.metrics) else points_of(told.metrics)
    return None if points is None else (told.run_id, points)
