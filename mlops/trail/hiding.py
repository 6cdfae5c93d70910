"""What looks like a secret is taken out of lines that are written or shown."""

from __future__ import annotations

import re

HIDDEN = "…hidden…"
LOOKS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 " + HIDDEN),
    (re.compile(r"([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@/]+@"), r"\1:" + HIDDEN + "@"),
    (re.compile(r"\b(ml[a-z]{1,6}_)[A-Za-z0-9_-]{16,}"), r"\1" + HIDDEN),
    (re.compile(r"(/sign-in/link/|/sign-in/reset/[^/\s]+/|/invitations/)[A-Za-z0-9._~:-]{12,}"), r"\1" + HIDDEN),
    (
        re.compile(r"""(?i)(["']?(?<![\w-])[\w-]*(?:password|passwd|secret|api_?key|token|credential)["']?\s*[=:]\s*)("[^"]+"|'[^']+'|[^\s,;&"']+)"""),
        r"\1" + HIDDEN,
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
)  # fmt: skip


def hidden(text: str) -> str:
    for look, instead in LOOKS:
        text = look.sub(instead, text)
    return text
