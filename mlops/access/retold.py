"""A stored reason, hint or error in the language of whoever reads it now."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from django.utils import translation

import mlops.locale
from mlops.locale.retelling import Message, Retelling, forms

LEAST_WORDS = 2
LONGEST = 2000


def retold(text: str) -> str:
    """Unchanged where it is no sentence of ours. Never raises."""
    if not text or len(text) > LONGEST or text.count(" ") < LEAST_WORDS - 1:
        return text
    return _retold(text, translation.get_language() or "en")


@lru_cache(4096)
def _retold(text: str, language: str) -> str:
    return _retelling().tell(text, _say)


@cache
def _retelling() -> Retelling:
    return Retelling(forms(Path(mlops.locale.__file__).parent))


def _say(message: Message, count: int | None) -> str:
    if not message.plural:
        return _translated(message)
    number = 2 if count is None else count
    if message.context:
        return translation.npgettext(message.context, message.text, message.plural, number)
    return translation.ngettext(message.text, message.plural, number)


def _translated(message: Message) -> str:
    if message.context:
        return translation.pgettext(message.context, message.text)
    return translation.gettext(message.text)
