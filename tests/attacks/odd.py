"""Requests that no honest client sends: wrong types, ends of ranges, texts that databases and parsers choke on."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tests.access.expectations import TRIES
from tests.access.walk import Try

DEEP: Any = []
for _each in range(60):
    DEEP = [DEEP]

LONG = "a" * 30_000
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, float("inf"), float("nan"), 1e308,
    "", " ", "0", "-1", "²", "9" * 5_000, "1e400", "nan", "\x00", "a\x00b", "\ud800", "\U0010ffff", "\u202e", LONG,
    "../../etc/passwd", "%2e%2e%2f", "'\"`;--", "' OR 1=1 --", "{{7*7}}", "<script>alert(1)</script>",
    "\r\nX-Evil: 1", "00000000-0000-0000-0000-000000000000", "eyJvZmZzZXQiOjFlMzB9",
    [], [None], [1], [[]], ["a", 1], [{}], [{"key": None}], [{"key": 1, "value": []}], {}, {"": None}, {"a": {"b": 1}},
    DEEP,
)  # fmt: skip

OF_MLFLOW = (
    "name", "new_name", "experiment_id", "experiment_ids", "experiment_name", "run_id", "run_ids", "run_uuid",
    "run_name", "key", "value", "timestamp", "step", "start_time", "end_time", "status", "metrics", "params", "tags",
    "datasets", "models", "model_json", "filter", "order_by", "max_results", "page_token", "view_type",
    "run_view_type", "metric_key", "start_step", "end_step", "path", "artifact_location", "source", "version",
    "stage", "stages", "alias", "archive_existing_versions", "description", "model_id", "model_type", "source_run_id",
    "workspace", "artifact_directory_path", "allow_deleted", "num_parts", "upload_id", "parts", "trace", "trace_id",
    "trace_ids", "request_id", "assessment", "assessment_id", "locations", "timestamp_ms", "request_ids",
    "max_traces", "max_timestamp_millis", "execution_time_ms",
)  # fmt: skip
OF_REST = (
    "name", "description", "tags", "project", "settings", "document", "parameters", "version", "number", "state",
    "search", "q", "sort", "order", "cursor", "page_size", "start", "end", "kind", "rows", "data", "url", "path",
    "filter", "reason", "code", "model", "dataset", "metrics", "thing", "text",
)  # fmt: skip

NO_OBJECTS = (
    b"", b"null", b"[]", b"1", b'"text"', b"{", b'{"a":', b"\xff\xfe", b"\x00", b"[" * 100_000, b'{"a":' * 50_000,
    b'{"key": 1e999999}', b'{"value": ' + b"9" * 10_000 + b"}", b'{"a": "\\ud800"}', b'"\\"{}\\""',
)  # fmt: skip
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Odd(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    path: str
    body: bytes | None
    what: str

    def __str__(self) -> str:
        return f"{self.method} {self.path[:200]} ({self.what})"


FACES = ("mlflow", "rest", "pages")
IN_FORMS = ("1", "²", "1" * 12, "2020-13-45", "0001-01-01T00:00", "9999-12-31T23:59", "{", "[", *(
    value for value in VALUES if isinstance(value, str) and value != "\ud800"
))  # fmt: skip


def _in_templates() -> tuple[str, ...]:
    """What the fields of our forms are called."""
    root = Path(__file__).resolve().parents[2]
    found: set[str] = set()
    for one in root.glob("*/**/templates/**/*.html"):
        found.update(re.findall(r'name="([\w-]+)"', one.read_text(encoding="utf-8")))
    return tuple(sorted(found))


IN_TEMPLATES = _in_templates()


def requests(face: str, world: dict[str, Any], *, count: int, seed: int) -> Iterator[Odd]:
    """Requests of the routes of one face, each odd in one field or in the whole body."""
    chance = random.Random(seed)
    tries = [one for one in TRIES if face_of(one.route) == face]
    for _each in range(count):
        yield _made(chance.choice(tries), world, chance)


def face_of(route: str) -> str:
    if route.startswith(("<mlflow_base:base>", "get-artifact", "v1/")):
        return "mlflow"
    return "rest" if route.startswith("api/v1/") else "pages"


def _made(one: Try, world: dict[str, Any], chance: random.Random) -> Odd:
    path = "/" + PARAMETER.sub(lambda part: quote(str(world[part[1]])), one.route)
    query, body = one.query.format(**world), filled(one.body, world)
    fields = OF_MLFLOW if face_of(one.route) == "mlflow" else OF_REST
    field, value = chance.choice((*body, *fields)), chance.choice(VALUES)
    what = f"{field} = {str(value)[:40]!a}"
    if one.method == "GET":
        return Odd(method="GET", path=path + _query(query, field, value), body=None, what=what)
    if face_of(one.route) == "pages":
        field, value = chance.choice((*body, *IN_TEMPLATES)), chance.choice(IN_FORMS)
        form = urlencode({**body, field: value}, doseq=True).encode()
        return Odd(method=one.method, path=path + query, body=form, what=f"{field} = {value[:40]!a}")
    raw = json.dumps(body | {field: value}).encode()
    if chance.random() < 0.05:
        raw = chance.choice(NO_OBJECTS)
        what = f"body = {raw[:40]!r}"
    return Odd(method=one.method, path=path + query, body=raw, what=what)


def filled(body: dict[str, Any], world: dict[str, Any]) -> dict[str, Any]:
    return {key: value.format(**world) if isinstance(value, str) else value for key, value in body.items()}


def _query(query: str, field: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    told = f"{field}={quote(text.encode('utf-8', 'surrogatepass'))}"
    if re.search(rf"[?&]{field}=", query):
        return re.sub(rf"(?<=[?&]){field}=[^&]*", lambda _found: told, query)
    return f"{query}&{told}" if query else f"?{told}"
