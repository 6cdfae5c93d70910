"""Makes load on a server of this machine, in two ways: clients that wait for each answer, and arrivals that do not.

The closed loop finds how much a server can answer; it must not be asked how long callers wait, since a stalled server
is asked less. The open loop sends at the times of a Poisson process, whatever was answered, and counts each latency
from the arrival of the request, with its wait for a free connection: no stall of the server hides requests."""

from __future__ import annotations

import asyncio
import itertools
import random
import selectors
import time
from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from mlops.packaging.profiling.caller import Caller

FIRST_CONNECTIONS, MOST_CONNECTIONS = 16, 256
MOST_WAITING = 20_000
PATIENCE_SECONDS = 10.0
LATE_ARRIVALS = 8
"""So many requests are sent in a row, when arrivals are late, before answers are looked at."""


class Heard(msgspec.Struct, kw_only=True):
    """`latencies`: seconds, of the requests that were answered well."""

    latencies: list[float] = []
    answers: dict[int, int] = {}
    failure: str = ""
    seconds: float = 0.0
    connections: int = 0
    late_seconds: float = 0.0
    """How late the 99th of 100 arrivals was made: the load generator's own fault, part of no latency."""
    ended: str = ""

    @property
    def failed(self) -> int:
        return sum(self.answers.values())


async def closed(port: int, messages: Sequence[bytes], *, clients: int, seconds: float, least: int = 0) -> Heard:
    """Lasts `seconds`, and up to five times as long until `least` were answered."""
    load = _Closed(messages, seconds=seconds, least=least)
    await load.run(port, clients)
    return load.heard


async def opened(port: int, messages: Sequence[bytes], *, per_second: float, seconds: float) -> Heard:
    load = _Open(port, messages, per_second=per_second, seconds=seconds)
    await load.run()
    return load.heard


def hear(load: Coroutine[Any, Any, Heard]) -> Heard:
    """Runs a load. select() waits by the microsecond, where the usual epoll waits by the millisecond."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        return runner.run(load)


class _Load:
    def __init__(self, messages: Sequence[bytes]) -> None:
        self.heard = Heard(latencies=[], answers={})
        self._messages = itertools.cycle(messages)
        self._began = 0.0

    def _count(self, status: int, began: float, body: bytes) -> None:
        if 200 <= status < 300:
            self.heard.latencies.append(time.perf_counter() - began)
            return
        self.heard.answers[status] = self.heard.answers.get(status, 0) + 1
        if not self.heard.failure:
            self.heard.failure = f"{status}: {body.decode(errors='replace')}" if status else body.decode()


class _Closed(_Load):
    def __init__(self, messages: Sequence[bytes], *, seconds: float, least: int) -> None:
        super().__init__(messages)
        self._seconds, self._least = seconds, least
        self._open: set[Caller] = set()
        self._done = asyncio.Event()

    async def run(self, port: int, clients: int) -> None:
        loop = asyncio.get_running_loop()
        self.heard.connections = clients
        for _ in range(clients):
            _transport, caller = await loop.create_connection(lambda: Caller(self), "127.0.0.1", port)
            self._open.add(caller)
        self._began = time.perf_counter()
        for caller in list(self._open):
            self._ask(caller)
        try:
            await asyncio.wait_for(self._done.wait(), 5 * self._seconds + PATIENCE_SECONDS)
        except TimeoutError:
            self.heard.ended = f"an answer took more than {PATIENCE_SECONDS:.0f} s"
            for caller in list(self._open):
                caller.close()
        self.heard.seconds = time.perf_counter() - self._began

    def answered(self, caller: Caller, *, status: int, began: float, body: bytes) -> None:
        self._count(status, began, body)
        if self._is_over():
            caller.close()
        elif status:
            asyncio.get_running_loop().call_soon(self._ask, caller)

    def left(self, caller: Caller) -> None:
        self._open.discard(caller)
        if not self._open:
            if not self._is_over():
                self.heard.ended = "the server closed every connection"
            self._done.set()

    def _ask(self, caller: Caller) -> None:
        caller.ask(next(self._messages), began=time.perf_counter())

    def _is_over(self) -> bool:
        taken = time.perf_counter() - self._began
        enough = len(self.heard.latencies) + self.heard.failed >= self._least
        return taken >= self._seconds and (enough or taken >= 5 * self._seconds)


class _Open(_Load):
    def __init__(self, port: int, messages: Sequence[bytes], *, per_second: float, seconds: float) -> None:
        super().__init__(messages)
        self._port, self._per_second, self._seconds = port, per_second, seconds
        self._late: list[float] = []
        self._idle: list[Caller] = []
        self._waiting: list[float] = []
        self._first = 0
        self._connecting = 0
        self._open: set[Caller] = set()
        self._in_flight = 0
        self._opening: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await asyncio.gather(*(self._connect() for _ in range(FIRST_CONNECTIONS)))
        self._began = time.perf_counter()
        await self._send()
        await self._settle()
        self.heard.seconds = self._seconds
        self.heard.late_seconds = sorted(self._late)[int(0.99 * len(self._late))] if self._late else 0.0
        self.heard.connections = max(self.heard.connections, len(self._open))
        for caller in list(self._open):
            caller.close()

    def answered(self, caller: Caller, *, status: int, began: float, body: bytes) -> None:
        self._in_flight -= 1
        self._count(status, began, body)
        if not status:
            return
        if self._first < len(self._waiting):
            self._ask(caller, self._next_waiting())
        else:
            self._idle.append(caller)

    def left(self, caller: Caller) -> None:
        self._open.discard(caller)
        if caller in self._idle:
            self._idle.remove(caller)

    async def _send(self) -> None:
        """Every arrival at its time."""
        arrivals = random.Random(7)
        due, end = self._began, self._began + self._seconds
        for number in itertools.count():
            due += arrivals.expovariate(self._per_second)
            if due >= end:
                return
            while (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            if number % LATE_ARRIVALS == 0:
                await asyncio.sleep(0)
            now = time.perf_counter()
            self._late.append(now - due)
            self._arrive(now)
            if len(self._waiting) - self._first > MOST_WAITING:
                self.heard.ended = f"more than {MOST_WAITING:,} requests waited"
                self._seconds = time.perf_counter() - self._began
                return

    def _arrive(self, now: float) -> None:
        if self._idle:
            self._ask(self._idle.pop(), now)
            return
        self._waiting.append(now)
        if len(self._open) + self._connecting < MOST_CONNECTIONS:
            task = asyncio.ensure_future(self._connect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        self._connecting += 1
        try:
            loop = asyncio.get_running_loop()
            _transport, caller = await loop.create_connection(lambda: Caller(self), "127.0.0.1", self._port)
        except OSError as error:
            self.heard.failure = self.heard.failure or f"no connection: {error}"
            return
        finally:
            self._connecting -= 1
        self._open.add(caller)
        self.heard.connections = max(self.heard.connections, len(self._open))
        if self._first < len(self._waiting):
            self._ask(caller, self._next_waiting())
        else:
            self._idle.append(caller)

    def _ask(self, caller: Caller, arrived: float) -> None:
        self._in_flight += 1
        caller.ask(next(self._messages), began=arrived)

    def _next_waiting(self) -> float:
        arrived = self._waiting[self._first]
        self._first += 1
        return arrived

    async def _settle(self) -> None:
        """What is under way is waited for; what is not answered then has failed."""
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while (self._in_flight or self._first < len(self._waiting)) and time.perf_counter() < deadline and self._open:
            await asyncio.sleep(0.005)
        left = self._in_flight + len(self._waiting) - self._first
        if left:
            self.heard.answers[0] = self.heard.answers.get(0, 0) + left
            self.heard.failure = self.heard.failure or f"no answer within {PATIENCE_SECONDS:.0f} s"
