"""Metrics that a script prints: a line that says nothing but `name: number`, `name=number`, or is JSON of numbers."""

from __future__ import annotations

import json
import re

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
WORD = r"[A-Za-z][\w./@%()-]*"
NAMED = re.compile(rf"(?P<name>{WORD}(?: {WORD}){{0,3}})\s*[:=]\s*(?P<value>{NUMBER})")
BETWEEN = re.compile(r"\s*(?:[,;|]|\s-)?\s+|\s*[,;|]\s*")
LONGEST_LINE = 1_000
MOST = 50


def metrics_in(line: str) -> dict[str, float]:
    """Empty for any other line. `Epoch 3: 0.5` is none, for a name has no number in it."""
    text = line.strip()
    if not text or len(text) > LONGEST_LINE:
        return {}
    return _of_json(text) if text.startswith("{") else _of_pairs(text)


def _of_json(text: str) -> dict[str, float]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict) or not 0 < len(found) <= MOST:
        return {}
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in found.values()):
        return {}
    return {str(name): float(value) for name, value in found.items()}


def _of_pairs(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    place = 0
    while place < len(text):
        pair = NAMED.match(text, place)
        if pair is None or len(found) == MOST:
            return {}
        found[pair["name"]] = float(pair["value"])
        place = pair.end()
        if place == len(text):
            return found
        between = BETWEEN.match(text, place)
        if between is None or between.end() == place:
            return {}
        place = between.end()
    return found
