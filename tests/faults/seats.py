"""Where a worker of a studio runs: in which network, by which clock."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seat:
    """`before`: words before its command."""

    before: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
