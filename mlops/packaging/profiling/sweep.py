"""The sweep: each setting of cores and memory gets a server of its own, which is measured until a rule says stop."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from mlops.formats.profiling import Point, ProfileOrder, ProfileReport, Progress, Recommendation, Served
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.machine import machine, versions
from mlops.packaging.profiling.bodies import Requests
from mlops.packaging.profiling.caller import message
from mlops.packaging.profiling.load import Heard, closed, hear, opened
from mlops.packaging.profiling.measuring import point_of
from mlops.packaging.profiling.recommending import arrivals, meets, recommend
from mlops.packaging.profiling.servers import Started

LIBRARIES = ("mlops-studio", "onnxruntime", "scikit-learn", "lightgbm", "uvloop", "numpy")
WARM_UP_SECONDS = 0.5
LEAST_REQUESTS = 30
NO_GAIN = 1.05
MOST_FAILURES = 0.5
CONFIRM_SECONDS = 1.0
MOST_RATES, LOWER_RATE = 4, 0.7
"""Arrival rates that are tried until one meets the target, each a share of the one before."""

Tell = Callable[[Progress], None]
Start = Callable[[float, int], AbstractContextManager[Started]]
"""Cores and bytes of memory to a server that is ready. Raises Refusal."""


class Sweep:
    """`run` measures and reports; it raises Refusal where the model answers no request at all."""

    def __init__(self, order: ProfileOrder, requests: Requests, *, start: Start, tell: Tell) -> None:
        self._order, self._requests = order, requests
        self._start, self._tell = start, tell
        self._rows = (0,) if requests.is_recorded else order.rows
        self._settings = [(cores, memory) for cores in sorted(order.cores) for memory in sorted(order.memory_bytes)]
        self._steps = len(self._settings) * (len(self._rows) * len(order.concurrency) + 1) + 1
        self._step = 0
        self._served: list[Served] = []
        self._first_failure = ""

    def run(self) -> ProfileReport:
        self._began = time.monotonic()
        ended = ""
        for cores, memory in self._settings:
            if self._is_late():
                ended = f"The time budget of {self._order.budget_seconds:g} s was used up."
                break
            self._served.append(self._serve(cores, memory))
        found = recommend(self._order, self._served)
        if found is None:
            raise self._nothing_measured()
        ended = ended or next((one.ended for one in self._served if "budget" in one.ended), "")
        return ProfileReport(
            requests=self._requests.source,
            served=tuple(self._served),
            recommendation=self._confirmed(found[0]),
            chosen=found[1],
            seconds=time.monotonic() - self._began,
            ended=ended,
            machine=machine(),
            versions=versions(LIBRARIES),
        )

    def _serve(self, cores: float, memory: int) -> Served:
        self._say(f"Starting a server with {_cores(cores)} and {memory / 1024**2:,.0f} MiB", step=0)
        try:
            with self._start(cores, memory) as server:
                first = self._first_answer(server)
                points, ended = self._points(server, cores, memory)
                return Served(
                    cores=cores,
                    memory_bytes=memory,
                    cold_start_seconds=server.cold_start_seconds,
                    first_answer_ms=first,
                    idle_rss_bytes=server.idle_rss_bytes,
                    rss_bytes=max([server.rss_bytes, *(point.rss_bytes for point in points)]),
                    has_own_cores=server.own_cores,
                    points=tuple(points),
                    ended=ended,
                )
        except Refusal as refusal:
            self._first_failure = self._first_failure or refusal.message
            return Served(cores=cores, memory_bytes=memory, ended=refusal.message)

    def _first_answer(self, server: Started) -> float:
        """Milliseconds of the very first request; then some warm-up that is not counted."""
        one = self._messages(self._rows[0])[:1]
        first = hear(closed(server.port, one, clients=1, seconds=0.0, least=1))
        warm = hear(closed(server.port, self._messages(self._rows[0]), clients=2, seconds=WARM_UP_SECONDS))
        if warm.latencies or first.latencies:
            return 1000 * (first.latencies or warm.latencies)[0]
        self._first_failure = warm.failure or first.failure
        raise Refusal(
            "requests_fail",
            _("No request is answered well: %(first_failure)s.")
            % {"first_failure": self._first_failure or _("no answer")},
        )

    def _points(self, server: Started, cores: float, memory: int) -> tuple[list[Point], str]:
        points: list[Point] = []
        for rows in self._rows:
            best = 0.0
            for clients in sorted(self._order.concurrency):
                if self._is_late():
                    return points, "The time budget was used up before all of it was measured."
                what = f"{clients} clients" if clients > 1 else "1 client"
                self._say(f"{_cores(cores)}: {what}, {_rows(rows)}", points=points, cores=cores, memory=memory)
                point = self._closed(server, cores, memory, rows=rows, clients=clients)
                points.append(point)
                if point.total and point.success_rate < MOST_FAILURES:
                    return points, f"Most requests failed: {point.failure}."
                if best and point.per_second < best * NO_GAIN:
                    break
                best = max(best, point.per_second)
        rate = max(1.0, arrivals(self._order, max(each.per_second for each in points if each.rows == self._rows[0])))
        self._step += 1
        for _try in range(MOST_RATES):
            points.append(self._opened(server, cores, memory, points, rate=rate))
            if meets(self._order, points[-1]) or self._is_late():
                break
            rate *= LOWER_RATE
        return points, ""

    def _closed(self, server: Started, cores: float, memory: int, *, rows: int, clients: int) -> Point:
        asked = closed(
            server.port, self._messages(rows), clients=clients, seconds=self._order.point_seconds, least=LEAST_REQUESTS
        )
        with server.usage() as usage:
            heard, load = _run(asked)
        hourly = self._order.prices.per_hour(cores, memory)
        return point_of(heard, usage.used, loop="closed", rows=rows, clients=clients, load_cores=load, hourly=hourly)

    def _opened(self, server: Started, cores: float, memory: int, points: Sequence[Point], *, rate: float) -> Point:
        rows = self._rows[0]
        self._say(f"{_cores(cores)}: {rate:,.0f} arrivals a second", points=points, cores=cores, memory=memory, step=0)
        seconds = max(self._order.point_seconds, min(20.0, LEAST_REQUESTS / rate))
        asked = opened(server.port, self._messages(rows), per_second=rate, seconds=seconds)
        with server.usage() as usage:
            heard, load = _run(asked)
        hourly = self._order.prices.per_hour(cores, memory)
        return point_of(heard, usage.used, loop="open", rows=rows, offered=rate, load_cores=load, hourly=hourly)

    def _confirmed(self, found: Recommendation) -> Recommendation:
        """Starts once more with the recommended memory and looks whether it answers as well there."""
        self._say("Trying the recommended memory")
        try:
            with self._start(found.cores, found.memory_bytes) as server:
                asked = closed(server.port, self._messages(max(self._rows)), clients=4, seconds=CONFIRM_SECONDS)
                heard, _load = _run(asked)
        except Refusal as refusal:
            return msgspec.structs.replace(found, advice=(*found.advice, f"With that memory: {refusal.message}"))
        if heard.latencies and not heard.failed:
            return msgspec.structs.replace(
                found, rule=f"{found.rule} A server with that memory was tried and answered."
            )
        told = f"With that memory some requests failed: {heard.failure or heard.ended}."
        return msgspec.structs.replace(found, advice=(*found.advice, told))

    def _messages(self, rows: int) -> list[bytes]:
        return [message(self._order.path, body) for body in self._requests.bodies(rows)]

    def _is_late(self) -> bool:
        return time.monotonic() - self._began > self._order.budget_seconds

    def _say(
        self, doing: str, *, points: Sequence[Point] = (), cores: float = 0, memory: int = 0, step: int = 1
    ) -> None:
        self._step += step
        by_time = (time.monotonic() - self._began) / self._order.budget_seconds
        now = (Served(cores=cores, memory_bytes=memory, points=tuple(points)),) if points else ()
        share = min(0.99, max(self._step / (self._steps + 1), min(by_time, 0.95) * 0.5))
        self._tell(Progress(share=share, doing=f"{doing}.", served=(*self._served, *now)))

    def _nothing_measured(self) -> Refusal:
        why = self._first_failure or next((one.ended for one in self._served if one.ended), "nothing answered")
        return Refusal(
            "nothing_measured",
            _("The model could not be measured. %(why)s") % {"why": why},
            hint=_("Look at the log of the profile; try the model's example on its page or with its script first."),
            status=422,
        )


def _run(asked: Coroutine[Any, Any, Heard]) -> tuple[Heard, float]:
    """What was heard, and how many cores this process used for asking."""
    before, began = _own_seconds(), time.monotonic()
    heard: Heard = hear(asked)
    return heard, (_own_seconds() - before) / max(time.monotonic() - began, 1e-9)


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cores(cores: float) -> str:
    return "1 core" if cores == 1 else f"{cores:g} cores"


def _rows(rows: int) -> str:
    return {0: "as recorded", 1: "1 row a request"}.get(rows, f"{rows:,} rows a request")
