"""Who wants to know that a conversion ended: higher packages register when they are loaded."""

from __future__ import annotations

from collections.abc import Callable

from mlops.packaging.models import Conversion

Listener = Callable[[Conversion], None]

_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Called after the row has its final state, in the same transaction: wake-ups only."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(conversion: Conversion) -> None:
    for listener in _listeners:
        listener(conversion)
