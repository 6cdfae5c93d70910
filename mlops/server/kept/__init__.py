"""Connections to the database that outlive a request of the web process.

Under ASGI each request has a thread of its own, so Django's persistent connections, which belong to threads, are of no
use there; and to open one costs more than most pages ask of it. These engines give a closed connection to the next
request instead."""

from __future__ import annotations

from django.db import connections

ENGINES = {name: f"mlops.server.kept.{name}" for name in ("sqlite3", "postgresql")}


def keep_connections() -> None:
    """Of all threads that open one from now on. Only for a process that serves; one that forks must not."""
    told = connections.settings["default"]
    told["ENGINE"] = ENGINES.get(told["ENGINE"].rpartition(".")[2], told["ENGINE"])
