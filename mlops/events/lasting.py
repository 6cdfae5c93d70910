"""When the transaction began in which an act is recorded: its span lasts from then until it is committed."""

from __future__ import annotations

import time
from functools import wraps
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created


def began() -> float | None:
    """Unix time; None outside of a transaction."""
    return getattr(connection, "mlops_began", None) if connection.in_atomic_block else None


def register() -> None:
    """At start, once."""
    connection_created.connect(_follow, dispatch_uid="mlops_lasting")


def _follow(sender: Any, connection: Any, **_more: Any) -> None:
    """The outermost `atomic` of a thread ends autocommit, on whatever database."""
    if hasattr(connection, "mlops_began"):
        return
    connection.mlops_began = None
    turn = connection.set_autocommit

    @wraps(turn)
    def set_autocommit(autocommit: bool, *words: Any, **more: Any) -> None:
        if not autocommit:
            connection.mlops_began = time.time()
        turn(autocommit, *words, **more)

    connection.set_autocommit = set_autocommit
