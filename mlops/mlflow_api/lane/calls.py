"""Which calls take the short way, and what they say: a program's own JSON with a bearer token, about one metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.checks import point_of
from mlops.mlflow_api.given import Given, decoded
from mlops.mlflow_api.runs import run_id_of
from mlops.runs.logging import Point

PATHS = frozenset(f"/{base}/mlflow/runs/log-metric" for base in ("api/2.0", "api/3.0"))
MOST_BYTES = 16_384
OF_BROWSERS = (b"origin", b"sec-fetch-site", b"cookie")
BEARER = "bearer "


@dataclass(frozen=True)
class Call:
    """One metric of one run, by whom the secret stands for."""

    secret: str
    workspace: str
    run_id: str
    point: Point

    @property
    def who_and_where(self) -> tuple[str, str, str]:
        return self.secret, self.workspace, self.run_id


def is_short(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
    """Whether it may take the short way, as far as its head tells."""
    if scope["path"] not in PATHS or scope["method"] != "POST" or scope.get("root_path"):
        return False
    if any(name in headers for name in OF_BROWSERS) or b"content-encoding" in headers:
        return False
    length = headers.get(b"content-length", b"")
    return (
        length.isdigit()
        and int(length) <= MOST_BYTES
        and headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == b"application/json"
        and headers.get(b"authorization", b"").lower().startswith(BEARER.encode())
        and validate_host(split_domain_port(headers.get(b"host", b"").decode("latin-1"))[0], settings.ALLOWED_HOSTS)
    )


def call_of(headers: Mapping[bytes, bytes], body: bytes) -> Call | None:
    """None where it must be refused, or tells more than a metric."""
    try:
        given = Given(decoded(body))
        if given.has("model_id"):
            return None
        run_id, point = run_id_of(given), point_of(given.fields)
    except Refusal:
        return None
    secret = headers[b"authorization"].decode("latin-1")[len(BEARER) :].strip()
    return Call(secret, headers.get(b"x-mlflow-workspace", b"").decode("latin-1").strip(), run_id, point)
