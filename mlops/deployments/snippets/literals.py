"""JSON texts as string literals of other languages."""

from __future__ import annotations

import json
from typing import Any


def compact(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)


def double_quoted(text: str) -> str:
    r"""A literal of Java, Go and R alike: all know the escapes that remain."""
    return json.dumps(text, ensure_ascii=False).replace("\\b", "\\u0008").replace("\\f", "\\u000c")


def single_quoted_shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def verbatim(text: str) -> str:
    """A verbatim literal of C#, where only the quote is doubled."""
    return '@"' + text.replace('"', '""') + '"'


def doubled(text: str) -> str:
    """A text literal of Power Query M: the quote is doubled, and `#(` would begin an escape."""
    return '"' + text.replace('"', '""').replace("#(", "#(#)(") + '"'
