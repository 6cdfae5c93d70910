"""`later()` asks a worker to run a named job soon after commit; `every()` has one run at an interval."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction

from mlops.celery import app
from mlops.trail import carried, lines, telling
from mlops.work import tallies
from mlops.work.outcomes import noted

REGULAR: dict[str, float] = {}
"""Job name to interval in seconds, read by the worker's clock."""

IF_ANY: dict[str, Callable[[], bool]] = {}
"""Job name to a short question whether it would find anything."""


SILENT_SECONDS = 5.0
"""So long no call is sent after one that the broker did not take: each of them would wait for it in vain."""
_silent_until = 0.0


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a function a job. A job takes ids, may run twice, late or on another machine, and remembers nothing."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.task(name=name, ignore_result=True)(_followed(name, function))
        return function

    return register


def every(
    seconds: float, name: str, *, if_any: Callable[[], bool] | None = None
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Makes a function a job that runs each `seconds` on some worker; how it ends is noted (work.outcomes).

    `if_any`: a query or two that say whether it would find anything. The clock asks it and sends no call where it says
    no, but one a minute all the same: an answer that is wrong costs no more than that."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        REGULAR[name] = seconds
        if if_any is not None:
            IF_ANY[name] = if_any
        app.task(name=name, ignore_result=True)(_followed(name, noted(name, function)))
        return function

    return register


def later(name: str, *ids: Any, after: timedelta | None = None) -> None:
    """Sends the wake-up after commit. A broker that does not answer is no error: the regular look finds the work.

    `after`: the worker that takes the call lets so much time pass before it carries it out."""
    arguments, trail = [str(one) for one in ids], carried.headers()
    transaction.on_commit(lambda: _send(name, arguments, trail, after))


def _send(name: str, arguments: list[str], trail: dict[str, str] | None = None, after: timedelta | None = None) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        countdown = after.total_seconds() if after else None
        app.send_task(name, args=arguments, ignore_result=True, headers=trail, countdown=countdown)
    except Exception:  # any broker's own error class; the row is the truth and the sweep will see it
        _silent_until = time.monotonic() + SILENT_SECONDS
        import logging

        logging.getLogger(__name__).warning("The broker did not take %s; the regular look will find it.", name)


def _followed(name: str, function: Callable[..., None]) -> Callable[..., None]:
    """What the job does belongs to what sent it, a regular one to its own call; how long it takes is counted."""

    @wraps(function)
    def follow(*arguments: Any) -> None:
        call = _call()
        trail = carried.begun(
            correlation=_header(call, carried.CORRELATION) or _id_of(call),
            traceparent=_header(call, carried.TRACEPARENT),
        )
        began, outcome = time.monotonic(), "failed"
        with carried.following(trail), telling.span(f"job {name}"):
            try:
                function(*arguments)
                outcome = "done"
            finally:
                tallies.observe("mlops_job_seconds", time.monotonic() - began, task=name, outcome=outcome)

    return follow


def _call() -> Any:
    """That which a worker carries out now, or None."""
    state = sys.modules.get("celery._state")
    task = state.get_current_task() if state else None
    return getattr(task, "request", None)


def _header(call: Any, name: str) -> str:
    """A worker finds it on the call, an eager call in its headers."""
    return str(getattr(call, name, None) or (getattr(call, "headers", None) or {}).get(name) or "")


def _id_of(call: Any) -> str:
    return str(getattr(call, "id", "") or "")


def _mark() -> str:
    """For Celery's own lines about a call."""
    call = _call()
    return _header(call, carried.CORRELATION) or _id_of(call)


lines.tell_more(mark=_mark)
