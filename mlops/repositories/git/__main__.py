"""The child: one order on standard input, one answer on standard output."""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.packaging.limits import ends_with_parent
from mlops.repositories.git.orders import Order


def look(order: Order) -> Any:
    from mlops.repositories.git import looking

    return looking.look(order)


def take(order: Order) -> Any:
    from mlops.repositories.git import taking

    with tempfile.TemporaryDirectory(prefix="objects-", dir=Path(order.path).parent) as folder:
        return taking.take(order, Path(folder) / "store")


def commit(order: Order) -> Any:
    from mlops.repositories.git import committing

    with tempfile.TemporaryDirectory(prefix="objects-", dir=Path(order.path).parent) as folder:
        return committing.commit(order, Path(folder) / "store")


VERBS: dict[str, Callable[[Order], Any]] = {"look": look, "take": take, "commit": commit}


def main(verb: str) -> None:
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    ends_with_parent()
    if order.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes, order.memory_bytes))
    largest = 2 * order.limits.bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    sys.stdout.buffer.write(msgspec.json.encode(_answer(VERBS[verb], order)))
    sys.stdout.flush()


def _answer(act: Callable[[Order], Any], order: Order) -> dict[str, Any]:
    from mlops.repositories.git.failing import refusal_of

    try:
        return {"result": act(order)}
    except Exception as error:  # whatever the other side sends, the answer is one refusal
        refusal = error if isinstance(error, Refusal) else refusal_of(error, order.place)
        return {"refusal": refusal.as_problem()}


if __name__ == "__main__":
    main(sys.argv[1])
