"""`python -m mlops.analytics.engine`: its order as JSON on the first line of standard input, its answer
(`{"result": …}` or `{"refusal": …}`) on standard output. When standard input
ends, the parent is gone and so is this process."""

from __future__ import annotations

import os
import resource
import sys
import threading

import msgspec

from mlops.analytics.engine.orders import Order
from mlops.analytics.engine.running import run
from mlops.formats.refusal import Refusal


def main() -> None:
    order = msgspec.json.decode(sys.stdin.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes * 2, order.memory_bytes * 2))
    resource.setrlimit(resource.RLIMIT_CPU, (order.cpu_seconds, order.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = {"result": run(order)}
    except Refusal as refusal:
        answer = {"refusal": refusal.as_problem()}  # type: ignore[dict-item]
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.flush()
    os._exit(0)


def _end_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os._exit(3)


if __name__ == "__main__":
    main()
