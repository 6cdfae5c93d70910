"""LIKE and ILIKE for words of MLflow that no column holds, such as its names of states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def fitting(words: Mapping[Any, str], sign: str, pattern: str) -> list[Any]:
    """The values whose words fit. `words`: short ones, by value."""
    parts = (".*" if letter == "%" else "." if letter == "_" else re.escape(letter) for letter in _collapsed(pattern))
    known = re.compile("".join(parts), re.IGNORECASE if sign == "ilike" else 0)
    return [value for value, word in words.items() if known.fullmatch(word)]


def _collapsed(pattern: str) -> str:
    return re.sub("%+", "%", pattern[:200])
