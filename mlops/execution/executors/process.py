"""Steps as processes of this machine, forked from a warm one."""

from __future__ import annotations

import atexit

from mlops.execution.executors import Started
from mlops.formats.step import StepOrder
from mlops.runtime.runner import Runner

_runner = Runner()
atexit.register(_runner.stop)


class ProcessExecutor:
    def start(self, order: StepOrder) -> Started:
        return _runner.start(order)
