"""Cross-origin requests: the router answers preflights itself and names the allowed origin on each answer."""

from __future__ import annotations

from mlops.http.exchange import Answer, Headers, Request
from mlops.router.endpoints import Endpoint


def cors_headers(endpoint: Endpoint, request: Request) -> Headers:
    allowed = endpoint.cors_origins
    if not allowed:
        return []
    origin = request.header(b"origin")
    if not origin or not ("*" in allowed or origin.decode("latin-1") in allowed):
        return [(b"vary", b"origin")]
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"x-request-id, azureml-model-deployment, server-timing"),
        (b"vary", b"origin"),
    ]


def preflight(endpoint: Endpoint, request: Request) -> Answer:
    headers = cors_headers(endpoint, request)
    if any(name == b"access-control-allow-origin" for name, _ in headers):
        wanted = request.header(b"access-control-request-headers") or b"authorization, content-type"
        headers += [
            (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
            (b"access-control-allow-headers", wanted),
            (b"access-control-max-age", b"600"),
        ]
    return Answer(status=204, headers=headers)
