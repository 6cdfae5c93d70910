"""The Content-Security-Policy of every answer, also of pages of errors and of our files: scripts and styles only from
files of ours, nothing from elsewhere, no framing.

The editor and the plots write rules of their own into a style element, which carries the nonce of its page. A page
whose form leads to a provider of sign-ins names that as `request.form_target`."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

from django.http import HttpRequest, HttpResponseBase

TEXT_STYLES = (
    "",
    "font-weight:bold",
    "font-style:italic",
    "font-style:italic;font-weight:bold",
    "font-size:70%",
    "text-decoration:underline",
    "text-decoration:line-through",
)
"""The style attributes that plots write for `<b>`, `<i>`, `<em>`, `<sub>` and so on; no other one is allowed."""


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


FORMS = "form-action 'self'"
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'nonce-{nonce}'",
        f"style-src-attr 'unsafe-hashes' {' '.join(map(_hashed, TEXT_STYLES))}",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        FORMS,
        "frame-ancestors 'none'",
    )
)


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(16)
        request.style_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        policy = POLICY.format(nonce=nonce)
        if hasattr(request, "form_target"):
            policy = policy.replace(FORMS, f"{FORMS} {request.form_target}")
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response
