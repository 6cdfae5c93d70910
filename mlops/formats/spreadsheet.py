"""Texts in files that people open with a spreadsheet program, which takes some of them for formulas."""

from __future__ import annotations

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """With an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text
