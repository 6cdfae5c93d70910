"""When a schedule fires: a cron expression, a recurrence, a dataset's new version, or files that arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Frequency = Literal["minute", "hour", "day", "week", "month"]


class Cron(msgspec.Struct, frozen=True, kw_only=True, tag="cron", tag_field="type", omit_defaults=True):
    """Five fields, in the wall time of `time_zone` (IANA). Start and end are aware, or UTC where they are not."""

    expression: str
    time_zone: str = "UTC"
    start_at: datetime | None = None
    end_at: datetime | None = None


class Recurrence(msgspec.Struct, frozen=True, kw_only=True, tag="recurrence", tag_field="type", omit_defaults=True):
    """Every `interval` minutes or hours from the start on; every `interval` days, weeks or months at the given wall
    times. A time that a change of the clock leaves out fires when the clock has moved on; one that comes twice fires
    the first time."""

    frequency: Frequency
    interval: int = 1
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    week_days: tuple[Weekday, ...] = ()
    month_days: tuple[int, ...] = ()
    time_zone: str = "UTC"
    start_at: datetime | None = None
    end_at: datetime | None = None


class NewVersion(msgspec.Struct, frozen=True, kw_only=True, tag="dataset", tag_field="type", omit_defaults=True):
    """`parameter`, if any, gets the dataset and its new version."""

    dataset: str
    parameter: str = ""


class NewFiles(msgspec.Struct, frozen=True, kw_only=True, tag="files", tag_field="type", omit_defaults=True):
    """Files that appear or change in the folder itself; sub-folders are left aside. `parameter` gets the path."""

    folder: str
    polling_minutes: float = 5.0
    parameter: str = ""


Trigger = Cron | Recurrence | NewVersion | NewFiles
