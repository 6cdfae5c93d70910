"""What runs here: the product, Python, the machine, and every library with its licence."""

from __future__ import annotations

import os
import platform
import socket
import sys
from datetime import UTC, datetime
from functools import cache
from importlib import metadata

import msgspec
import psutil
from django.db import connection

import mlops

CLASSIFIER = "License :: "


class Library(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str
    licence: str
    """As its makers say it; empty: they do not."""


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    product: str
    python: str
    machine: str
    host: str
    cores: int
    memory_bytes: int
    database: str
    since: datetime
    """When the process that answers was started."""
    process_bytes: int


def versions() -> Versions:
    process = psutil.Process()
    return Versions(
        product=mlops.__version__,
        python=f"{platform.python_version()} ({sys.executable})",
        machine=platform.platform(),
        host=socket.gethostname(),
        cores=os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        database=_database(),
        since=datetime.fromtimestamp(process.create_time(), UTC),
        process_bytes=process.memory_info().rss,
    )


@cache
def libraries() -> tuple[Library, ...]:
    """Of this Python, by name; what an environment of jobs holds is told by that environment."""
    found: dict[str, Library] = {}
    for one in metadata.distributions():
        name = one.metadata["Name"] or ""
        if name:
            found.setdefault(name.lower(), Library(name=name, version=one.version, licence=_licence(one.metadata)))
    return tuple(found[name] for name in sorted(found))


def _licence(about: metadata.PackageMetadata) -> str:
    """The expression (PEP 639), else the classifiers, else the first line of the old field."""
    given = about.get_all("License-Expression") or []
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or [] if line.startswith(CLASSIFIER)
    ]
    old = ((about.get_all("License") or [""])[0].strip().splitlines() or [""])[0]
    return str((given or [""])[0] or ", ".join(classified) or old)[:120]


def _database() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"
