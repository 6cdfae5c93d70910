"""Parts of a file that a client asks for by the header `Range` (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import NamedTuple

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Range(NamedTuple):
    """Both ends count, from 0."""

    first: int
    last: int

    @property
    def size_bytes(self) -> int:
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The file has no such part."""


def asked_range(header: str, size_bytes: int) -> Range | None:
    """None for the whole file: nothing is asked, or several parts, or what cannot be read. Raises Unsatisfiable."""
    found = ONE_RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        first, last = max(size_bytes - int(found[2]), 0), size_bytes - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size_bytes), size_bytes - 1)
        if found[2] and int(found[2]) < first:
            return None
    if first >= size_bytes or last < first:
        raise Unsatisfiable
    return Range(first, last)
