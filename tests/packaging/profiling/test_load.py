"""The load generator against servers whose behaviour is known."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mlops.packaging.profiling.caller import message
from mlops.packaging.profiling.load import Heard, closed, hear, opened
from mlops.packaging.profiling.measuring import percentile

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b'HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\n"is busy"'
MESSAGES = [message("/score", b'{"data": []}')]

Answer = Callable[[int], tuple[float, bytes]]
"""The number of a request to how many seconds its connection is held up, and the answer."""


@contextmanager
def server(answer: Answer) -> Iterator[int]:
    """Answers each request in the event loop of a thread: a blocking wait holds up all of them, as a stall does."""
    loop, ready, port, count = asyncio.new_event_loop(), threading.Event(), [0], [0]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(12)
            count[0] += 1
            seconds, content = answer(count[0])
            if seconds:
                time.sleep(seconds)
            writer.write(content)

    async def start() -> None:
        started = await asyncio.start_server(serve, "127.0.0.1", 0)
        port[0] = started.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        loop.set_exception_handler(lambda *_: None)
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(5)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def test_clients_that_wait_keep_a_server_busy_for_the_given_time():
    with server(lambda _: (0, OK)) as port:
        heard = hear(closed(port, MESSAGES, clients=4, seconds=0.3))
    assert 0.3 <= heard.seconds < 1
    assert len(heard.latencies) > 50
    assert not heard.answers


def test_few_requests_make_a_closed_loop_last_longer():
    with server(lambda _: (0.03, OK)) as port:
        heard = hear(closed(port, MESSAGES, clients=1, seconds=0.1, least=10))
    assert len(heard.latencies) >= 10


def test_arrivals_come_at_their_rate_whatever_is_answered():
    with server(lambda _: (0, OK)) as port:
        heard = hear(opened(port, MESSAGES, per_second=300, seconds=1.0))
    assert len(heard.latencies) == pytest.approx(300, rel=0.25)


def stalled(heard: Heard) -> float:
    return percentile(sorted(heard.latencies), 0.9)


def test_a_stall_counts_for_every_request_that_waited_for_its_end():
    """The closed loop hides it: its clients ask nothing meanwhile."""
    with server(lambda number: (0.5 if number == 100 else 0, OK)) as port:
        heard = hear(opened(port, MESSAGES, per_second=400, seconds=1.0))
    assert stalled(heard) > 200
    with server(lambda number: (0.5 if number == 100 else 0, OK)) as port:
        heard = hear(closed(port, MESSAGES, clients=2, seconds=1.0))
    assert stalled(heard) < 200


def test_failed_answers_are_counted_by_their_status_with_the_first_in_words():
    with server(lambda number: (0, BUSY if number % 2 else OK)) as port:
        heard = hear(closed(port, MESSAGES, clients=1, seconds=0.2))
    assert set(heard.answers) == {503}
    assert heard.failure == '503: "is busy"'
    assert heard.latencies


def test_a_port_that_nobody_listens_on_fails_all_arrivals():
    heard = hear(opened(9, MESSAGES, per_second=50, seconds=0.2))
    assert not heard.latencies
    assert heard.answers[0] > 0
    assert "no connection" in heard.failure


def test_percentiles_are_latencies_that_were_measured():
    ordered = [seconds / 1000 for seconds in range(1, 101)]
    assert percentile(ordered, 0.5) == pytest.approx(50)
    assert percentile(ordered, 0.99) == pytest.approx(99)
    assert percentile(ordered, 0.999) == pytest.approx(100)
    assert percentile([], 0.5) == 0
