"""Couriers with threads of their own, on the database as it is in service."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mlops.alerts.models import OPEN_DELIVERIES, Delivery
from mlops.alerts.subscriptions.courier import Courier
from tests.alerts.sink import running_sink
from tests.alerts.subscriptions.conftest import names

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def couriers(number: int) -> Iterator[None]:
    running = [Courier() for _number in range(number)]
    threads = [threading.Thread(target=one.run, daemon=True) for one in running]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in running:
            one.stop()
        for thread in threads:
            thread.join(10)
        wait_for(lambda: all(one.is_idle() for one in running))


def wait_for(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_two_couriers_bring_each_event_once_and_in_order(subscribe, happen, sink):
    subscribe()
    for number in range(60):
        happen(str(number % 6), f"{number % 6}-{number // 6}")
    with couriers(2):
        wait_for(lambda: len(sink.calls) >= 60)
        wait_for(lambda: not Delivery.objects.filter(state__in=OPEN_DELIVERIES).exists())
    assert len(names(sink)) == 60
    for subject in range(6):
        assert [name for name in names(sink) if name.startswith(f"{subject}-")] == [f"{subject}-{n}" for n in range(10)]


def test_a_slow_receiver_delays_no_other(subscribe, happen, sink):
    with running_sink() as slow:
        slow.answer = lambda call: (time.sleep(1.5), (200, {}, b""))[1]
        subscribe(name="slow", url=slow.url)
        subscribe(name="quick")
        for number in range(20):
            happen(str(number), str(number))
        began = time.monotonic()
        with couriers(1):
            wait_for(lambda: len(sink.calls) == 20)
            seconds = time.monotonic() - began
            assert len(slow.calls) < 20
    assert seconds < 6


def test_calls_of_one_subject_never_overlap(subscribe, happen, sink):
    under_way: list[str] = []
    overlaps: list[str] = []

    def answer(call):
        subject = json.loads(call.body)["subject"]
        overlaps.extend(one for one in under_way if one == subject)
        under_way.append(subject)
        time.sleep(0.05)
        under_way.remove(subject)
        return 200, {}, b""

    sink.answer = answer
    subscribe()
    for number in range(24):
        happen(str(number % 3), str(number))
    with couriers(2):
        wait_for(lambda: len(sink.calls) == 24)
    assert overlaps == []
