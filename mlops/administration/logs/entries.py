"""One entry of a log: a line that begins with a time and a level, or is JSON, with the lines that follow it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LONGEST = 20_000
BEGIN = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[,.]\d+)?)Z? (DEBUG|INFO|WARNING|ERROR|CRITICAL) "
    r"(\S+)(?: \[([^\]\s]+)\])? ?(.*)",
    re.DOTALL,
)
FAULT = re.compile(r"^(Traceback \(most recent call last\)|[A-Za-z_][\w.]*(Error|Exception)\b)", re.MULTILINE)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime | None
    """None where the line does not say."""
    level: str
    """One of LEVELS; empty where the line does not say."""
    source: str
    mark: str
    """The id of the request or call in which it was written; of a step, its run and node."""
    text: str
    offset: int
    """Where it begins: bytes in the file, or the number of a step's line."""


def begins(line: str) -> bool:
    """Whether a line begins an entry; others belong to the one before."""
    return line.startswith("{") or BEGIN.match(line) is not None


def entry(text: str, offset: int) -> Entry:
    if text.startswith("{") and (found := _from_json(text, offset)):
        return found
    match = BEGIN.match(text)
    if match is None:
        level = "ERROR" if FAULT.search(text) else ""
        return Entry(at=None, level=level, source="", mark="", text=text[:LONGEST], offset=offset)
    at = datetime.fromisoformat(match[1].replace(",", ".")).replace(tzinfo=UTC)
    return Entry(at=at, level=match[2], source=match[3], mark=match[4] or "", text=match[5][:LONGEST], offset=offset)


def _from_json(text: str, offset: int) -> Entry | None:
    """As our processes write with MLOPS_LOG_FORMAT=json, and scoring servers always: level, text, and what else."""
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    if not isinstance(said, dict):
        return None
    level = str(said.pop("level", "")).upper()
    mark = str(said.pop("correlation_id", "") or said.pop("request_id", "") or "")
    at = _moment(said.pop("at", None) or said.pop("time", None))
    detail = str(said.pop("detail", "") or said.pop("message", ""))
    source, fault = str(said.pop("logger", "")), str(said.pop("exception", ""))
    rest = " ".join(f"{name}={value}" for name, value in said.items())
    return Entry(
        at=at, level=level if level in LEVELS else "", source=source, mark=mark,
        text="\n".join(filter(None, (f"{detail} {rest}".strip(), fault)))[:LONGEST], offset=offset,
    )  # fmt: skip


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
