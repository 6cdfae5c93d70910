"""How a line of the log looks: for people, or as one JSON object (MLOPS_LOG_FORMAT). The same in every process."""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec

from mlops.trail import carried
from mlops.trail.hiding import hidden

TEXT, JSON = "text", "json"
FORMS = (TEXT, JSON)
PLAIN = "%(asctime)s %(levelname)s %(name)s%(mark)s %(message)s"

_process = ""
_mark: Callable[[], str] = str
_more: Callable[[], dict[str, str]] = dict


def form() -> str:
    return JSON if os.environ.get("MLOPS_LOG_FORMAT", "").strip().lower() == JSON else TEXT


def name_process(name: str) -> None:
    """Such as web, worker or router: each of its lines says it in JSON."""
    global _process
    _process = name


def tell_more(*, mark: Callable[[], str] | None = None, more: Callable[[], dict[str, str]] | None = None) -> None:
    """Of who knows: the id of what no trail is followed in, and who asked."""
    global _mark, _more
    _mark, _more = mark or _mark, more or _more


def set_up(process: str) -> None:
    """For a process without Django: to standard error, from INFO on. Faults that nobody catches are lines as well."""
    name_process(process)
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    handler.addFilter(Marked())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    catch_faults()


def catch_faults() -> None:
    """In JSON alone: what Python would print as a traceback becomes one line."""
    if form() == JSON:
        sys.excepthook = _fault
        threading.excepthook = lambda told: _fault(told.exc_type, told.exc_value, told.exc_traceback)
        logging.captureWarnings(True)


def _fault(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        logging.getLogger("mlops").critical("A fault ended it.", exc_info=(kind, error or kind(), trace))


class Marked(logging.Filter):
    """Gives the record its `mark`: ` [id]`, or nothing where it belongs to nothing. It keeps every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        mark = carried.correlation() or _mark()
        record.mark = f" [{mark}]" if mark else ""
        return True


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        trail = carried.current()
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hidden(record.getMessage()),
            "process": _process,
            "correlation_id": trail.correlation if trail else _mark(),
            "trace_id": trail.trace_id if trail else "",
            **carried.facts(),
            **_more(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["exception"] = hidden("".join(traceback.format_exception(record.exc_info[1])).rstrip())
        if record.stack_info:
            told["stack"] = record.stack_info
        return msgspec.json.encode({name: value for name, value in told.items() if value != ""}).decode()


def formatter() -> logging.Formatter:
    return JsonLines() if form() == JSON else logging.Formatter(PLAIN)
