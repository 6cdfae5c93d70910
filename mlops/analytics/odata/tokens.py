"""`$skiptoken`: where the next page begins: after the last row's order, or so many rows further where people chose
one."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`after`: values of the table's own order, as texts; or `skip`."""

    page_rows: int
    after: tuple[Any, ...] = ()
    skip: int = 0


def written(token: Token) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def read_token(text: str) -> Token | None:
    """None where there is none."""
    if not text:
        return None
    try:
        token = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Token)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        token = None
    if token is None or not 0 < token.page_rows <= 10_000 or token.skip < 0 or len(token.after) > 10:
        hint = _("Follow @odata.nextLink as it is given.")
        raise Refusal(
            "token_invalid", _("The $skiptoken is none of ours."), hint=hint, where=Where(parameter="$skiptoken")
        )
    return token
