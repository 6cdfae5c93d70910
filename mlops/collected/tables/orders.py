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
    model: str = ""
    """`name:number`."""
    day: str = ""
    """UTC, such as 2026-11-20."""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Rows to be forgotten: where one of these columns has one of these values, as text or as the same number."""

    columns: tuple[str, ...]
    values: tuple[str, ...]


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
    types: dict[str, str] = {}
    """What labels of a column were until now, one of collected.columns.TYPES."""
    most: int = 0
    target: str = ""
    windows: tuple[tuple[datetime, datetime], ...] = ()
    given: str = ""
    place: dict[str, str] = {}
    """Of an export: subscription, resource_group, workspace and service."""
    format: str = "csv"
    condition: Condition | None = None
    reading: Any = None
    memory_bytes: int = 0
