"""Secrets are taken out of what is shown: the values of secret settings, and what looks like a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from mlops import env
from mlops.formats.refusal import Refusal

HIDDEN = "…hidden…"
LEAST_LENGTH = 6
LOOKS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 " + HIDDEN),
    (re.compile(r"([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@/]+@"), r"\1:" + HIDDEN + "@"),
    (re.compile(r"\b(ml[a-z]{1,6}_)[A-Za-z0-9_-]{16,}"), r"\1" + HIDDEN),
    (re.compile(r"(/sign-in/link/|/sign-in/reset/[^/\s]+/|/invitations/)[A-Za-z0-9._~:-]{12,}"), r"\1" + HIDDEN),
    (
        re.compile(r"""(?i)(["']?[\w-]*(?:password|passwd|secret|api_?key|token|credential)["']?\s*[=:]\s*)("[^"]+"|'[^']+'|[^\s,;&"']+)"""),
        r"\1" + HIDDEN,
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
)  # fmt: skip


def masker() -> Callable[[str], str]:
    """With the secrets as they are now; made once for all lines of an answer."""
    known = sorted((value for value in _known() if len(value) >= LEAST_LENGTH), key=len, reverse=True)
    exact = re.compile("|".join(re.escape(value) for value in known)) if known else None

    def mask(text: str) -> str:
        if exact is not None:
            text = exact.sub(HIDDEN, text)
        for look, instead in LOOKS:
            text = look.sub(instead, text)
        return text

    return mask


def _known() -> set[str]:
    found = {settings.SECRET_KEY}
    for variable in env.VARIABLES:
        if variable.secret:
            with suppress(Refusal):  # a file that cannot be read hides nothing
                found.add(env.read(variable.name))
    return found
