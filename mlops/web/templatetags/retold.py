"""`|retold`: a stored reason, hint or error in the reader's language. In every template, without `load`."""

from __future__ import annotations

from typing import Any

from django import template

from mlops.access.retold import retold as told

register = template.Library()


@register.filter
def retold(text: Any) -> Any:
    return told(text) if isinstance(text, str) else text
