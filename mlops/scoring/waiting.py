"""The queue before an engine: what arrives in one turn of the event loop is scored together; no wait is endless."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from mlops.formats.refusal import Refusal
from mlops.formats.serving import RequestLimits
from mlops.formats.spoken import gettext as _
from mlops.scoring.collecting import note as noting
from mlops.scoring.collecting.note import Note
from mlops.scoring.timing import current

Job = TypeVar("Job")
Result = TypeVar("Result")

_SWEEP_SECONDS = 0.05


class _Waiting(Generic[Job, Result]):
    __slots__ = ("answer", "arrived", "job", "note", "size", "timing")

    def __init__(self, job: Job, size: int, arrived: float, answer: asyncio.Future[Result]) -> None:
        self.job, self.size, self.arrived, self.answer = job, size, arrived, answer
        self.timing = current.get()
        self.note = noting.current.get()


Execute = Callable[[Sequence[Job]], Awaitable[Sequence[Result | Exception]]]


class Lane(Generic[Job, Result]):
    """One that takes turns: `execute` gives a result or an exception for each job, in order; `abandon` is called when
    a started job has run out of time; one that is not usable is passed over while another is."""

    __slots__ = ("abandon", "execute", "is_usable", "started", "worker")

    def __init__(
        self,
        execute: Execute[Job, Result],
        abandon: Callable[[], None],
        is_usable: Callable[[], bool] = lambda: True,
    ) -> None:
        self.execute, self.abandon, self.is_usable = execute, abandon, is_usable
        self.started: list[_Waiting[Job, Result]] = []
        self.worker: asyncio.Task[None] | None = None


class WaitingLine(Generic[Job, Result]):
    """`most` bounds the summed sizes of one turn: a job larger than that goes alone."""

    def __init__(self, *lanes: Lane[Job, Result], limits: RequestLimits, most: int) -> None:
        self._lanes = lanes
        self._limits = limits
        self._most = most
        self._waiting: deque[_Waiting[Job, Result]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self.answered: Callable[[Sequence[tuple[Note, Job, Result]]], None] | None = None
        """Called with what is to be kept of a turn, before anyone has an answer; must not raise."""

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, job: Job, *, size: int = 1) -> asyncio.Future[Result]:
        if len(self._waiting) >= self._limits.queue:
            raise Refusal(
                "queue_full",
                _("%(count)s requests are waiting already, which is the limit of this deployment.")
                % {"count": len(self._waiting)},
                hint=_("Try again shortly, send fewer requests at once, or add replicas."),
                status=503,
            )
        loop = asyncio.get_running_loop()
        entry = _Waiting(job, size, time.perf_counter(), loop.create_future())
        self._waiting.append(entry)
        lane = self._free()
        if lane is not None:
            lane.worker = loop.create_task(self._work(lane))
        if self._sweeper is None:
            self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)
        return entry.answer

    def _free(self) -> Lane[Job, Result] | None:
        """A lane without work; one that is not usable only where none is."""
        free = None
        for lane in self._lanes:
            if lane.worker is None:
                if lane.is_usable():
                    return lane
                free = free or lane
        return None if any(lane.is_usable() for lane in self._lanes) else free

    def _goes_on(self, lane: Lane[Job, Result]) -> bool:
        """One that has fallen out leaves the rest of the queue to the others."""
        return bool(self._waiting) and (
            len(self._lanes) == 1 or lane.is_usable() or not any(one.is_usable() for one in self._lanes)
        )

    async def _work(self, lane: Lane[Job, Result]) -> None:
        try:
            while self._goes_on(lane):
                lane.started = started = self._take()
                began = time.perf_counter()
                try:
                    results = await lane.execute([entry.job for entry in started])
                except Exception as error:
                    results = [error] * len(started)
                _time(started, began)
                if self.answered is not None:
                    self._tell(started, results)
                for entry, result in zip(started, results, strict=True):
                    _settle(entry.answer, result)
        finally:
            lane.started = []
            lane.worker = None

    def _tell(self, started: Sequence[_Waiting[Job, Result]], results: Sequence[Result | Exception]) -> None:
        found = [
            (entry.note, entry.job, result)
            for entry, result in zip(started, results, strict=True)
            if entry.note is not None and not entry.answer.done() and not isinstance(result, Exception)
        ]
        if found and self.answered is not None:
            self.answered(found)

    def _take(self) -> list[_Waiting[Job, Result]]:
        taken = [self._waiting.popleft()]
        size, most_jobs = taken[0].size, self._limits.concurrent or len(self._waiting) + 1
        while self._waiting and len(taken) < most_jobs and size + self._waiting[0].size <= self._most:
            taken.append(self._waiting.popleft())
            size += taken[-1].size
        return taken

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = time.perf_counter()
        while self._waiting and now - self._waiting[0].arrived > self._limits.queue_wait_seconds:
            _settle(self._waiting.popleft().answer, self._waited_too_long())
        for lane in self._lanes:
            late = [e for e in lane.started if now - e.arrived > self._limits.timeout_seconds and not e.answer.done()]
            for entry in late:
                _settle(entry.answer, self._took_too_long())
            if late:
                lane.abandon()
        if self._waiting and (free := self._free()) is not None:
            free.worker = loop.create_task(self._work(free))
        busy = self._waiting or any(lane.worker is not None for lane in self._lanes)
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep) if busy else None

    def _waited_too_long(self) -> Refusal:
        return Refusal(
            "queue_wait",
            _("The request waited longer than %(queue_wait_seconds)s s for its turn.")
            % {"queue_wait_seconds": f"{self._limits.queue_wait_seconds:g}"},
            hint=_("Try again shortly, send fewer requests at once, or add replicas."),
            status=503,
        )

    def _took_too_long(self) -> Refusal:
        return Refusal(
            "timeout",
            _("Scoring took longer than the %(timeout_seconds)s s that this deployment allows.")
            % {"timeout_seconds": f"{self._limits.timeout_seconds:g}"},
            hint=_("Send fewer rows, make the model faster, or raise the request timeout."),
            status=504,
        )


def _time(started: Sequence[_Waiting[Any, Any]], began: float) -> None:
    ended = time.perf_counter()
    for entry in started:
        if entry.timing is not None:
            entry.timing.queue = began - entry.arrived
            entry.timing.score = ended - began


def _settle(answer: asyncio.Future[Result], result: Result | Exception) -> None:
    if answer.done():
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
