"""A database that is away for a moment: how that shows, and what a worker does with the connection that broke."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

AWAY = (OperationalError, InterfaceError)
"""What is raised while the database restarts, or is out of reach."""

AGAIN_SECONDS = 0.5


def forget_connection() -> None:
    """One that broke answers nothing any more; the next question opens another."""
    if not connection.in_atomic_block:
        connection.close()
