"""Lengths of time as ISO 8601 writes them: `P7D`, `PT12H`. A month counts 30 days, a year 365."""

from __future__ import annotations

import re

PATTERN = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
SECONDS = {
    "years": 365 * 86400.0, "months": 30 * 86400.0, "weeks": 7 * 86400.0, "days": 86400.0, "hours": 3600.0,
    "minutes": 60.0, "seconds": 1.0,
}  # fmt: skip


def seconds_of(text: str) -> float | None:
    """None where it is no such length."""
    found = PATTERN.fullmatch(text.strip().upper())
    parts = {name: value for name, value in found.groupdict().items() if value} if found else {}
    if not parts:
        return 0.0 if text.strip().upper() in ("P0D", "PT0S") else None
    return sum(float(value) * SECONDS[name] for name, value in parts.items())


def duration_of(seconds: float) -> str:
    if seconds % 86400 == 0:
        return f"P{int(seconds // 86400)}D"
    if seconds % 3600 == 0:
        return f"PT{int(seconds // 3600)}H"
    if seconds % 60 == 0:
        return f"PT{int(seconds // 60)}M"
    return f"PT{seconds:g}S"
