"""Reads the text of a range parameter: `16; 32; 64`, or from, to and how many: `0.0001 .. 1 log 5`."""

from __future__ import annotations

import re

MOST_VALUES = 1_000

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BUILT = re.compile(rf"^({_NUMBER})\s*\.\.\s*({_NUMBER})\s+(lin|linear|log|logarithmic)\s+(\d+)$")


def values_of(text: str, *, whole: bool) -> tuple[float, ...]:
    """The values in the order of the text, each once; `whole`: integers, where built values are rounded.

    `FROM .. TO linear COUNT` gives equal differences, `FROM .. TO log COUNT` equal factors, both ends included.
    Raises ValueError with a sentence for what is no number."""
    found: dict[float, None] = {}
    for item in text.split(";"):
        item = item.strip()
        if not item:
            continue
        built = _BUILT.match(item)
        for value in _spread(*built.groups(), whole=whole) if built else (_number(item, whole=whole),):
            found[value] = None
    if len(found) > MOST_VALUES:
        raise ValueError(f"The range holds {len(found):,} values; at most {MOST_VALUES:,} can be tried.")
    return tuple(found)


def _number(item: str, *, whole: bool) -> float:
    if not re.fullmatch(_NUMBER, item):
        if ".." in item:
            raise ValueError(
                f"'{item}' is no range. Write it as FROM .. TO log COUNT, or with linear: 1 .. 9 linear 5."
            )
        separated = " Separate values with semicolons, and write decimals with a point." if "," in item else ""
        raise ValueError(f"'{item}' is no number.{separated}")
    value = float(item)
    if abs(value) == float("inf"):
        raise ValueError(f"'{item}' is too large.")
    if not whole:
        return value
    if not value.is_integer():
        raise ValueError(f"'{item}' is no whole number.")
    return int(value)


def _spread(start: str, end: str, scale: str, count: str, *, whole: bool) -> tuple[float, ...]:
    low, high, steps = float(start), float(end), int(count)
    if not 2 <= steps <= MOST_VALUES:
        raise ValueError(f"A range of {steps} values cannot be built; 2 to {MOST_VALUES:,} can.")
    shares = [place / (steps - 1) for place in range(steps)]
    if not scale.startswith("log"):
        values = [low + (high - low) * share for share in shares]
    elif low <= 0 or high <= 0:
        raise ValueError(f"A logarithmic range starts and ends above 0, not at {low:g} and {high:g}.")
    else:
        values = [low * (high / low) ** share for share in shares]
    return tuple(dict.fromkeys(round(value) if whole else float(f"{value:.10g}") for value in values))
