"""Writes into each line of the log in which request or call it came to be, so that the lines of one are found."""

from __future__ import annotations

import logging
import sys

from mlops.events.circumstances import current


class Marked(logging.Filter):
    """Gives the record its `mark`: ` [id]`, or nothing outside of both. It keeps every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = current()
        mark = found.request if found else _call()
        record.mark = f" [{mark}]" if mark else ""
        return True


def _call() -> str:
    """The id of the worker's call; only asked where Celery carries one out."""
    state = sys.modules.get("celery._state")
    task = state.get_current_task() if state else None
    return str(getattr(getattr(task, "request", None), "id", "") or "")
