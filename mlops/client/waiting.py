"""Waiting for something that the server does in the background, with a deadline."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from typing import Any

from mlops.client.errors import RequestFailed

Look = Callable[[], dict[str, Any]]


def until(
    look: Look,
    *,
    what: str,
    good: Collection[str],
    bad: Collection[str],
    seconds: float = 600.0,
    interval: float = 0.3,
) -> dict[str, Any]:
    """Looks until `state` is a good one. A bad one, or the deadline, ends the command with the row's own reason."""
    deadline = time.monotonic() + seconds
    while True:
        row = look()
        state = str(row.get("state", ""))
        if state in good:
            return row
        if state in bad:
            raise RequestFailed(f"{what.split()[0].lower()}_{state}", _why(what, row), hint=str(row.get("hint") or ""))
        if time.monotonic() > deadline:
            raise RequestFailed("timeout", f"{what} is still {state} after {seconds:.0f} s. {row.get('reason') or ''}")
        time.sleep(interval)


def telling(look: Look) -> Look:
    """Looks, and says on standard error what is being done now: the row's `reason`, and the share of its `progress`."""
    said = ""

    def told() -> dict[str, Any]:
        nonlocal said
        row = look()
        if row["reason"] != said and row["state"] in ("queued", "running"):
            said = row["reason"]
            share = (row["progress"] or {}).get("share", 0)
            print(f"{share:4.0%} {said}", file=sys.stderr, flush=True)
        return row

    return told


def _why(what: str, row: dict[str, Any]) -> str:
    reason = str(row.get("reason") or "")
    return f"{what} is {row['state']}{f': {reason}' if reason else '.'}"
