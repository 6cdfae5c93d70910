"""One chart: named series over the same axis, with limits, in words that also head its table."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Unit = Literal["number", "count", "share", "seconds", "bytes"]
Tone = Literal["", "good", "warn", "bad", "muted", "first", "second"]


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """`y` is None where nothing was seen. `low`, `high`: of an interval; `links`: where a click on a point leads."""

    name: str
    x: tuple[Any, ...]
    y: tuple[float | None, ...]
    shape: Literal["line", "bar", "points"] = "line"
    tone: Tone = ""
    is_dashed: bool = False
    is_ring: bool = False
    """Points drawn around others, such as the one that is looked at."""
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Said of each point beside its value."""
    widths: tuple[float, ...] = ()
    """Of bars on an axis of numbers."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: float


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` over: along time or numbers; ranking: lying bars, the first on top; overlaid: bars before bars."""

    key: str
    """Names it in addresses and files."""
    title: str
    series: tuple[Series, ...]
    x_title: str = ""
    y_title: str = ""
    unit: Unit = "number"
    kind: Literal["over", "ranking", "overlaid", "stacked"] = "over"
    limits: tuple[Limit, ...] = ()
    help: str = ""
    span: tuple[datetime, datetime] | None = None
    """What the axis of time shows, also where there is nothing."""
    most: float | None = None
    """Where the axis of values ends, such as 1 of shares; None: by the values."""
    is_wide: bool = False
    has_legend: bool = True
    """Off where many lines of one kind would only be listed."""
    by_values: bool = False
    """The axis of values shows where they lie, not zero: small differences of metrics are seen."""

    @property
    def is_empty(self) -> bool:
        return all(value is None for one in self.series for value in one.y)
