"""Markdown that people wrote as HTML that is safe to show: none of their HTML, no pictures, no scripts."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe


def rendered(text: str) -> SafeString:
    html: str = _parser().render(text)
    return mark_safe(html)  # the parser escapes all HTML and refuses javascript: addresses


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
