"""Where mail is handed over, read from one address such as `smtp://user:password@mail.example.org:587`."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

HINT = "Such as smtp://user:password@mail.example.org:587, or smtps://…:465."


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    host: str
    port: int
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    is_tls: bool = False
    """From the first byte (smtps)."""


def read_smtp_url(url: str) -> Smtp:
    """`?starttls=1` or `=0` overrides what the port says (587: yes). Raises Refusal `smtp_url_invalid`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refusal(
            "smtp_url_invalid", _("The address of the mail server is wrong: %(error)s.") % {"error": error}, hint=HINT
        ) from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Refusal(
            "smtp_url_invalid", _("The address of the mail server begins with smtp:// or smtps://."), hint=HINT
        )
    is_tls = parts.scheme == "smtps"
    port = port or (465 if is_tls else 25)
    asked = parse_qs(parts.query).get("starttls", ["1" if port == 587 else "0"])[0]
    return Smtp(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=asked in ("1", "yes", "true") and not is_tls,
        is_tls=is_tls,
    )
