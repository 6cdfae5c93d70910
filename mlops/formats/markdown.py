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

    made = (
        MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(["table", "strikethrough"]).disable("image")
    )
    made.core.ruler.push("aligned_by_class", _align_by_class)
    return made


def _align_by_class(state: Any) -> None:
    """Cells say `class="align-right"`: pages allow no style that is written into them."""
    for token in state.tokens:
        if style := token.attrs.pop("style", ""):
            token.attrSet("class", f"align-{str(style).rpartition(':')[2].strip()}")
