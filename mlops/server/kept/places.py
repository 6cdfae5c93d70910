"""How many connections to the database this process has in use at once; who comes later waits for one a while."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

from mlops.access.databases import NoConnection

WAIT_SECONDS = 10.0


class Places:
    """`most`: asked at each turn, as settings are not there yet when this is made."""

    def __init__(self, most: Callable[[], int], *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._most = most
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition(threading.RLock())  # a collected holder gives back in any thread, anywhere
        self._taken = 0

    def take(self, holder: Any) -> Callable[[], object]:
        """What gives it back, at most once; a holder that is collected has given it back. Raises NoConnection."""
        most = self._most()
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken < most, self._wait_seconds):
                raise NoConnection(most=most, waited_seconds=self._wait_seconds)
            self._taken += 1
        given = weakref.finalize(holder, self._give_back)
        given.atexit = False
        return given

    def _give_back(self) -> None:
        with self._changed:
            self._taken -= 1
            self._changed.notify()
