"""Names that OData and SQL take without quotes, made of people's names."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 120
_OTHER = re.compile(r"[^0-9A-Za-z_]+")


def identifier(text: str) -> str:
    """Letters, digits and underscores, none of them a digit at the start; never empty."""
    found = _OTHER.sub("_", text)[:LONGEST]
    if not found.strip("_"):
        found = "column"
    return f"_{found}" if found[0].isdigit() else found


def identifiers(texts: Iterable[str], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """Text to identifier, in the given order; equal ones (case aside) get a number."""
    used = {name.lower() for name in taken}
    found: dict[str, str] = {}
    for text in texts:
        name = plain = identifier(text)
        number = 2
        while name.lower() in used:
            name, number = f"{plain}_{number}", number + 1
        used.add(name.lower())
        found[text] = name
    return found
