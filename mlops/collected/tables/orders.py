"""What a child process is asked to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class PartAt(msgspec.Struct, frozen=True, kw_only=True):
    """A part as a file of this machine."""

    path: str
    columns: dict[str, str]
    """Name to one of collected.columns.TYPES."""
    designations: tuple[str, ...] = ()


class Order(msgspec.Struct, kw_only=True):
    path: str
    """A folder for scratch files."""
    parts: tuple[PartAt, ...] = ()
    labels: tuple[PartAt, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    designations: tuple[str, ...] = ()
    with_mirrored: bool = False
    is_labelled: bool = False
    """Only rows that have a label."""
    names: dict[str, str] = {}
    """Of columns, where they get another name in the file."""
    most: int = 0
    target: str = ""
    windows: tuple[tuple[datetime, datetime], ...] = ()
    given: str = ""
    reading: Any = None
    memory_bytes: int = 0
