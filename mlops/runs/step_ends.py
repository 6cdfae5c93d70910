"""Who wants to know that a step has made its outputs: packages above this one register when they are loaded."""

from __future__ import annotations

from collections.abc import Callable

from mlops.runs.models import Step

Receiver = Callable[[Step], None]
"""Called in the transaction of the move, so it does nothing slow: it makes rows and asks for work by later()."""

_receivers: list[Receiver] = []


def register(receiver: Receiver) -> None:
    if receiver not in _receivers:
        _receivers.append(receiver)


def tell(step: Step) -> None:
    for receiver in _receivers:
        receiver(step)
