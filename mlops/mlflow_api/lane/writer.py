"""Writes the metrics of all callers that wait, in one transaction: one thread with one kept connection.

While one group is being committed the next gathers, so that many callers share the price of a commit and one alone
waits for nobody. Each is answered after the commit. The thread begins with the first call and ends, with its
connection, when none has come for a while."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable

from django.db import connection

from mlops.mlflow_api.lane.allowed import Allowed
from mlops.mlflow_api.lane.calls import Call
from mlops.runs.logging import Point, log_metrics_of_many, log_metrics_while
from mlops.runs.models import Run

MOST_TOGETHER, MOST_POINTS = 200, 5_000
IDLE_SECONDS = 20.0
MOST_ATTEMPTS = 3

Waiting = tuple[Call, asyncio.Future[bool]]
log = logging.getLogger(__name__)


class Writer:
    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ends = False

    async def keep(self, call: Call) -> bool:
        """Whether it is committed; where it is not, nothing of it is kept."""
        settled: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        with self._changed:
            self._waiting.append((call, settled))
            if self._thread is None:
                self._ends = False
                self._thread = threading.Thread(target=self._write, name="metrics", daemon=True)
                self._thread.start()
            self._changed.notify()
        return await settled

    def stop(self) -> None:
        """After what waits is written."""
        with self._changed:
            thread, self._ends = self._thread, True
            self._changed.notify()
        if thread is not None:
            thread.join()

    def _write(self) -> None:
        allowed = Allowed()
        try:
            while group := self._next():
                _settle(group, _kept([call for call, _settled in group], allowed))
        finally:
            connection.close()

    def _next(self) -> list[Waiting]:
        """Empty when the thread shall end; a call that comes after that begins another."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ends, timeout=IDLE_SECONDS)
            group: list[Waiting] = []
            points = 0
            while self._waiting and len(group) < MOST_TOGETHER and points < MOST_POINTS:
                group.append(self._waiting.popleft())
                points += len(group[-1][0].points)
            if not group:
                self._thread = None
            return group


def _kept(calls: list[Call], allowed: Allowed) -> list[bool]:
    """For each call whether it is committed. A fault of one lets none of the group be kept."""
    try:
        if connection.vendor == "postgresql" and (kept := _kept_at_once(calls, allowed)) is not None:
            return kept
        allowed.look()
        runs = [allowed.run_of(call) for call in calls]
        log_metrics_of_many(_told(calls, runs))
    except Exception:
        log.warning("Metrics of %d calls are written one by one.", len(calls), exc_info=True)
        allowed.forget()
        connection.close()
        return [False] * len(calls)
    return [run is not None for run in runs]


def _kept_at_once(calls: list[Call], allowed: Allowed) -> list[bool] | None:
    """By one statement, which looks at the newest event itself. None where there are newer ones again and again."""
    for _attempt in range(MOST_ATTEMPTS):
        allowed.rely()
        assert allowed.version is not None
        runs = [allowed.run_of(call) for call in calls]
        if log_metrics_while(_told(calls, runs), newest_event=allowed.version):
            return [run is not None for run in runs]
        allowed.look()
    return None


def _told(calls: list[Call], runs: list[Run | None]) -> dict[Run, list[Point]]:
    told: dict[Run, list[Point]] = {}
    for run, call in zip(runs, calls, strict=True):
        if run is not None:
            told.setdefault(run, []).extend(call.points)
    return told


def _settle(group: list[Waiting], kept: Iterable[bool]) -> None:
    """One wake-up of each loop, not one of each caller."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], bool]]] = {}
    for (_call, settled), is_kept in zip(group, kept, strict=True):
        by_loop.setdefault(settled.get_loop(), []).append((settled, is_kept))
    for loop, answers in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell, answers)
        except RuntimeError:  # the loop is closed, and nobody waits
            continue


def _tell(answers: list[tuple[asyncio.Future[bool], bool]]) -> None:
    for settled, is_kept in answers:
        if not settled.done():
            settled.set_result(is_kept)
