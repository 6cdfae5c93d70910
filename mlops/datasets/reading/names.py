"""Column names from a header: every column gets one, and no two are equal."""

from __future__ import annotations

from collections.abc import Sequence


def column_names(head: Sequence[str], *, header: bool) -> tuple[tuple[str, ...], list[str]]:
    """Names and warnings. Without a header they are `Column 1`, `Column 2`, …; a second “a” becomes “a (1)”."""
    if not header:
        return tuple(f"Column {number}" for number in range(1, len(head) + 1)), []
    names: list[str] = []
    warnings: list[str] = []
    taken = {cell.strip() for cell in head}
    for number, cell in enumerate(head, start=1):
        name = " ".join(cell.replace("\ufeff", "").split())
        if not name:
            name = f"Column {number}"
            warnings.append(f"Column {number} has no name in the header; it is called “{name}”.")
        if name in names:
            renamed = _free(name, taken | set(names))
            warnings.append(f"There are several columns “{name}”; number {number} is called “{renamed}”.")
            name = renamed
        names.append(name)
    return tuple(names), warnings


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
