"""Texts of code that runs with Django and without: in the reader's language where somebody reads a page, in English in
steps, images and on devices."""

from __future__ import annotations

from collections.abc import Callable

CONTEXT = "component"
"""Tells a text of a built-in component from the same words elsewhere."""


def _as_written(_context: str, text: str) -> str:
    return text


_translate: Callable[[str], str] = str
_translate_within: Callable[[str, str], str] = _as_written


def gettext(text: str) -> str:
    return _translate(text)


def told(text: str) -> str:
    """A title, label or help of a built-in component."""
    return _translate_within(CONTEXT, text) if text else ""


def speak_through(translate: Callable[[str], str], translate_within: Callable[[str, str], str]) -> None:
    """From now on, in this process."""
    global _translate, _translate_within
    _translate, _translate_within = translate, translate_within
