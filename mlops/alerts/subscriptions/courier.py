"""Brings deliveries out: looks at the rows, and lets each receiver have a few calls at once on threads of its own.

A slow receiver holds its own threads and no others; what is remembered here is only which are under way."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import close_old_connections, connections

from mlops.alerts.models import Subscription
from mlops.alerts.subscriptions.claiming import claim, due, ready_subscriptions
from mlops.alerts.subscriptions.handing_out import hand_out_all
from mlops.alerts.subscriptions.sending import send
from mlops.alerts.subscriptions.settling import settle
from mlops.work import shared_clock

EACH = 4
"""Calls of one receiver at once, each about another subject."""
ALL = 128
TAKEN = 64
"""Keys that are read at once."""
LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Courier:
    def __init__(self, *, clock: Callable[[], datetime] = shared_clock.now) -> None:
        self._clock = clock
        self._busy: Counter[Any] = Counter()
        self._lock = threading.Lock()
        self._freed = threading.Event()
        self._stopping = threading.Event()
        self._threads = ThreadPoolExecutor(max_workers=ALL, thread_name_prefix="courier")

    def run(self) -> None:
        """Until `stop`."""
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception:  # a database that is away for a while must not end the deliveries
                _log.exception("The deliveries could not be looked at.")
            close_old_connections()
            self._freed.wait(LOOK_SECONDS)
            self._freed.clear()
        connections.close_all()

    def stop(self) -> None:
        self._stopping.set()
        self._freed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def look(self) -> int:
        """How many threads were begun."""
        now = self._clock()
        hand_out_all(now=now)
        return sum(self._serve(one, now) for one in ready_subscriptions(now))

    def is_idle(self) -> bool:
        with self._lock:
            return not self._busy.total()

    def _serve(self, subscription: Subscription, now: datetime) -> int:
        with self._lock:
            busy, total = self._busy[subscription.pk], self._busy.total()
        is_one = subscription.failing_since is not None
        room = min((1 if is_one or total > ALL // 2 else EACH) - busy, ALL - total)
        if room <= 0:
            return 0
        keys = deque(due(subscription, now=now, most=1 if is_one else TAKEN))
        threads = min(room, len(keys))
        with self._lock:
            self._busy[subscription.pk] += threads
        for _number in range(threads):
            self._threads.submit(self._carry, subscription.pk, keys)
        return threads

    def _carry(self, subscription_id: Any, keys: deque[int]) -> None:
        """Until none is left. Keys that are not due any more when their turn comes are passed over by the claim."""
        try:
            while keys and not self._stopping.is_set():
                carry(keys.popleft(), clock=self._clock)
        except IndexError:  # another thread took the last one
            pass
        except Exception:  # its lease ends, and it is tried again
            _log.exception("A delivery of %s broke off.", subscription_id)
        finally:
            connections.close_all()
            with self._lock:
                self._busy[subscription_id] -= 1
            self._freed.set()


def carry(delivery_id: int, *, clock: Callable[[], datetime] = shared_clock.now) -> bool:
    """Whether it was ours to send."""
    delivery = claim(delivery_id, now=clock())
    if delivery is None:
        return False
    outcome = send(delivery, now=clock())
    settle(delivery, outcome, now=clock())
    return True
