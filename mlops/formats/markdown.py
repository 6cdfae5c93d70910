"""Markdown that people wrote as HTML that is safe to show: none of their HTML, no pictures, no scripts."""

from __future__ import annotations

from functools import cache
from typing import Any


def html_of(text: str) -> str:
    """The parser escapes all HTML and refuses javascript: addresses."""
    html: str = _parser().render(text)
    return html


@cache
def _parser() -> Any:
    return parser(breaks=True)


def parser(*, breaks: bool) -> Any:
    """A new one, to which rules may be added; `breaks`: a line's end in the text is one in the page."""
    from markdown_it import MarkdownIt

    return (
        MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(["table", "strikethrough"]).disable("image")
    )
