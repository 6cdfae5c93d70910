"""Signatures of outgoing calls, by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

PREFIX = "whsec_"
LENGTHS = range(24, 65)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Raises Refusal `secret_invalid`."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in LENGTHS:
        hint = _("It is `whsec_` and 24 to 64 random bytes in base64; leave it empty to have one made.")
        where = Where(parameter="secret")
        raise Refusal("secret_invalid", _("This is no secret of Standard Webhooks."), hint=hint, where=where)
    return key


def headers_of(body: bytes, *, id: str, at: datetime, secrets: Iterable[str]) -> dict[str, str]:
    """With one signature for each secret: two while one takes over from the other."""
    stamp = str(int(at.timestamp()))
    signed = f"{id}.{stamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.new(key_of(one), signed, hashlib.sha256).digest()).decode() for one in secrets
    ]
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signatures)}
