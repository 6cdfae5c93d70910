"""The child process: `python -m mlops.collected.tables VERB`, its order as JSON on the first line of standard input.

The answer is JSON on standard output: `{"result": …}` or `{"refusal": …}`; that of `export` is the archive itself.
When standard input ends, the parent is gone and so is this process."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from mlops.collected.tables import exporting, forgetting, labelling, replaying, windows
from mlops.collected.tables.orders import Order
from mlops.formats.refusal import Refusal

VERBS: dict[str, Callable[[Order], Any]] = {
    "window": windows.write_window,
    "compact": windows.compact,
    "labels": labelling.lay_out,
    "match": labelling.match,
    "forget": forgetting.forget,
    "requests": replaying.write_requests,
}


def main(verb: str) -> None:
    order = msgspec.json.decode(sys.stdin.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if order.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes, order.memory_bytes))
    try:
        if verb == "export":
            exporting.export(order, sys.stdout.buffer)
            return
        answer: dict[str, Any] = {"result": VERBS[verb](order)}
    except Refusal as refusal:
        answer = {"refusal": refusal.as_problem()}
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.flush()


def _end_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os._exit(3)


if __name__ == "__main__":
    main(sys.argv[1])
