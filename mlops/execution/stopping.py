"""Whether this worker was asked to stop: then it takes no further step, and gives back those that it runs."""

from __future__ import annotations

import threading

_asked = threading.Event()


def ask() -> None:
    _asked.set()


def is_asked() -> bool:
    return _asked.is_set()
