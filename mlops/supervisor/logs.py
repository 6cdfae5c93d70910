"""The last line of a process's log that tells why it failed."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

_TAIL_BYTES = 16 * 1024
_ERROR = re.compile(
    r"\b(error|exception|cannot|failed|killed|refused|no such|not found|missing|denied)\b", re.IGNORECASE
)
_PYTHON_ERROR = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit)\b")


def last_error(path: Path, *, start_bytes: int = 0) -> str:
    """A JSON error line's detail, a Python exception's last line, a line that speaks of an error, or the last line.

    What was logged before `start_bytes` belongs to an earlier life."""
    lines = _tail(path, start_bytes)
    for wanted in (_is_error, lambda line: bool(line)):
        found = next((line for line in reversed(lines) if wanted(line)), "")
        if found:
            return _detail(found)
    return ""


def _is_error(line: str) -> bool:
    if line.startswith("{"):
        return '"level":"error"' in line
    return bool(_PYTHON_ERROR.match(line) or _ERROR.search(line))


def _detail(line: str) -> str:
    if line.startswith("{"):
        try:
            return str(msgspec.json.decode(line).get("detail", line))
        except (msgspec.DecodeError, AttributeError):
            return line
    return line[:500]


def _tail(path: Path, start_bytes: int) -> list[str]:
    try:
        with open(path, "rb") as log:
            log.seek(0, 2)
            log.seek(max(start_bytes, log.tell() - _TAIL_BYTES))
            return [line.strip() for line in log.read().decode("utf-8", "replace").splitlines()]
    except OSError:
        return []
