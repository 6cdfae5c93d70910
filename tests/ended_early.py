"""A test run that is ended by SIGTERM ends what it began: servers, databases, engines. Fixtures see to it, as after
Ctrl-C; by itself Python would die on the spot and leave them running."""

from __future__ import annotations

import os
import signal
from types import FrameType

import pytest


def pytest_configure(config: pytest.Config) -> None:
    signal.signal(signal.SIGTERM, _Once(os.getpid()))


class _Once:
    """A second one while fixtures end what they began disturbs nothing; a forked child dies of it, as ever."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._is_ending = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._pid:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not self._is_ending:
            self._is_ending = True
            raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")
