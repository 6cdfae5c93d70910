"""A short line over time as an SVG, drawn by the server, with its limit and the points beyond it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT, EDGE = 120.0, 32.0, 3.0


class Dot(msgspec.Struct, frozen=True):
    x: str
    y: str


class Sparkline(msgspec.Struct, frozen=True, kw_only=True):
    """In a box of 120 by 32. `lines`: one a stretch without gaps, as SVG points."""

    lines: tuple[str, ...]
    limit: str
    """Its height; empty without one."""
    beyond: tuple[Dot, ...]


def sparkline(
    values: Sequence[float | None], *, limit: float | None = None, beyond: Sequence[bool] = ()
) -> Sparkline | None:
    """None without a value. From zero, or the least value below it, to the largest value or limit."""
    seen = [value for value in values if value is not None]
    if not seen:
        return None
    high = max([*seen, limit] if limit is not None else seen)
    low = min(0.0, *seen)
    step = WIDTH / max(len(values) - 1, 1)

    def dot(place: int, value: float) -> Dot:
        return Dot(f"{place * step:.1f}", f"{_height(value, low, high):.1f}")

    stretches: list[list[Dot]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(dot(place, value))
    marked = [
        dot(place, value) for place, value in enumerate(values) if value is not None and any(beyond[place : place + 1])
    ]
    return Sparkline(
        lines=tuple(" ".join(f"{one.x},{one.y}" for one in stretch) for stretch in stretches if stretch),
        limit="" if limit is None else f"{_height(limit, low, high):.1f}",
        beyond=tuple(marked),
    )


def _height(value: float, low: float, high: float) -> float:
    span = (high - low) or 1.0
    return EDGE + (HEIGHT - 2 * EDGE) * (1 - (value - low) / span)
