"""Sizes as people write them, in powers of 1,000: `50 GB`, `1.5TB`, or bytes alone."""

from __future__ import annotations

import re

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15}
LARGEST = 10**18
WRITTEN = re.compile(r"(\d{1,18})(?:[.,](\d{1,3}))?\s*([KMGTP]?B)?", re.ASCII | re.IGNORECASE)


def read(text: str) -> int | None:
    """None where it is no size."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    whole, part, unit = found[1], found[2] or "", UNITS[(found[3] or "B").upper()]
    return int(whole) * unit + int(part.ljust(3, "0")) * unit // 1000


def exact(size: int) -> str:
    """So that `read` gives the same: in the largest unit of which it is a whole number."""
    unit = max((one for one in UNITS if size % UNITS[one] == 0), key=UNITS.__getitem__) if size else "B"
    return f"{size // UNITS[unit]} {unit}"


def written(size: int) -> str:
    """With three digits or so, for reading."""
    unit = next((one for one in reversed(UNITS) if size >= UNITS[one]), "B")
    value = size / UNITS[unit]
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
