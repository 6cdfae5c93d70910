"""Steps as processes of this machine, forked from a warm one."""

from __future__ import annotations

import atexit
from collections.abc import Sequence

from mlops.execution.executors import Started
from mlops.formats.step import StepOrder
from mlops.runtime.runner import Runner
from mlops.runtime.running_together import RunningTogether

_runner = Runner()
atexit.register(_runner.stop)


def start_together(orders: Sequence[StepOrder]) -> RunningTogether:
    """Light steps, one after the other in one process. Raises Refusal where it cannot be started."""
    return _runner.start_together(orders)


class ProcessExecutor:
    def start(self, order: StepOrder) -> Started:
        return _runner.start(order)
