"""Words of Power Query M, as its grammar has them: enough to tell a text that no editor would take."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r'(?P<space>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>"(?:[^"]|"")*")|(?P<quoted>\#"(?:[^"]|"")*")|(?P<keyword>\#[a-z]+)'
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<mark>=>|<=|>=|<>|\.\.|[][(){},=<>&+*/@?-])",
    re.DOTALL,
)
PAIRS = {")": "(", "]": "[", "}": "{"}


def words(text: str) -> list[str]:
    """Raises ValueError where a word is none of M's, or brackets and let … in do not close each other."""
    found, place, opened = [], 0, []
    while place < len(text):
        match = _WORDS.match(text, place)
        if match is None:
            raise ValueError(f"no word of M: {text[place : place + 30]!r}")
        word, place = match.group(), match.end()
        if match.lastgroup == "space":
            continue
        found.append(word)
        if word in ("(", "[", "{", "let"):
            opened.append(word)
        elif word in (*PAIRS, "in") and (not opened or opened.pop() != PAIRS.get(word, "let")):
            raise ValueError(f"{word} closes nothing at {place}")
    if opened:
        raise ValueError(f"not closed: {opened}")
    return found
