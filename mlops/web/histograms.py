"""Small histograms as bars of an SVG, drawn by the server."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT = 120.0, 32.0


class Bar(msgspec.Struct, frozen=True):
    x: str
    y: str
    width: str
    height: str
    label: str


def bars(counts: Sequence[int], labels: Sequence[str]) -> list[Bar]:
    """In a box of 120 by 32; a count that is not 0 is at least one unit high."""
    if not counts or max(counts) == 0:
        return []
    step, highest = WIDTH / len(counts), max(counts)
    return [
        Bar(
            x=f"{place * step:.2f}",
            y=f"{HEIGHT - _height(count, highest):.2f}",
            width=f"{max(step - 1, 0.5):.2f}",
            height=f"{_height(count, highest):.2f}",
            label=f"{label}: {count:,}",
        )
        for place, (count, label) in enumerate(zip(counts, labels, strict=True))
    ]


def _height(count: int, highest: int) -> float:
    return max(HEIGHT * count / highest, 1.0) if count else 0.0
