"""Numbers as people type them into forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

MOST_DIGITS = 9


def whole_number(typed: Mapping[str, Any], name: str) -> int | None:
    """None where nothing is typed. Raises Refusal `number_expected` naming the field."""
    text = str(typed.get(name, "")).strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        message = _("“%(text)s” is no whole number.") % {"text": text[:40]}
        raise Refusal("number_expected", message, hint=_("Such as 1 or 15."), where=Where(parameter=name))
    return int(text)
