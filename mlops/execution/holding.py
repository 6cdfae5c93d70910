"""What a worker has of a step while it performs it: a lease, renewed from a thread of its own.

A database that is away for less than a lease costs nothing: what is to be written waits for it. After that another
worker may have the step, and this one ends its process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

from mlops.execution.away import AGAIN_SECONDS, AWAY, forget_connection
from mlops.execution.claiming import LEASE
from mlops.execution.here import OWNER
from mlops.runs.models import Step
from mlops.work import shared_clock

RENEW_SECONDS = LEASE.total_seconds() / 4
Answer = TypeVar("Answer")


class Hold:
    """Of one attempt, or of those of several steps, all with the same number. `is_lapsed`: nothing was heard of the
    database for so long that the step may be another's."""

    def __init__(self, *steps: Step) -> None:
        same = {"state": "running", "lease_owner": OWNER, "attempt": steps[0].attempt}
        self._mine = Step.objects.filter(pk__in=[step.pk for step in steps], **same)
        self._until = time.monotonic() + LEASE.total_seconds()

    @property
    def is_lapsed(self) -> bool:
        return time.monotonic() > self._until

    def is_mine(self) -> bool:
        return self._mine.exists()

    def locked(self) -> bool:
        """Whether it is, and stays so until the end of the transaction."""
        return self._mine.select_for_update(no_key=True).values_list("pk", flat=True).first() is not None

    def mine(self, *, locked: bool = False) -> set[int]:
        """The ids of those that still are. `locked`: they stay so until the end of the transaction."""
        found = self._mine.order_by("pk")
        return set((found.select_for_update(no_key=True) if locked else found).values_list("pk", flat=True))

    def patiently(self, act: Callable[[], Answer]) -> Answer:
        """What `act` returns. It is done again while the database is away, until the hold has lapsed."""
        while True:
            try:
                return act()
            except AWAY:
                if self.is_lapsed or connection.in_atomic_block:
                    raise
                forget_connection()
                time.sleep(AGAIN_SECONDS)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renewed until the block ends, so that no slow disk and no slow start lets it run out."""
        ended = threading.Event()
        thread = threading.Thread(target=self._renew, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _renew(self, ended: threading.Event) -> None:
        pause = RENEW_SECONDS
        try:
            while not ended.wait(pause):
                asked = time.monotonic()
                try:
                    if not self._mine.update(lease_until=shared_clock.now() + LEASE):
                        return
                    self._until, pause = asked + LEASE.total_seconds(), RENEW_SECONDS
                except AWAY:
                    forget_connection()
                    pause = AGAIN_SECONDS
        finally:
            connection.close()
