"""Texts that every database keeps: without NUL, and without halves of characters."""

from __future__ import annotations

from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


def is_plain(found: Any) -> bool:
    """Whether all texts in it are such, keys of mappings among them. Looks into mappings and sequences."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\x00" in one or not _is_whole(one):
                return False
        elif isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
    return True


def require_plain(found: Any) -> None:
    """Raises Refusal `text_unusable` (400)."""
    if not is_plain(found):
        raise Refusal(
            "text_unusable",
            _("A text holds the character NUL, or half of a character, which cannot be kept."),
            hint=_("Leave it out, and send the request again."),
            status=400,
        )


def _is_whole(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
