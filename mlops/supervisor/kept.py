"""How the kept processes do, written to a file whenever one was started again, so that others can tell. Supervisors
that share a data directory write a file each, under names of their own (server.claims)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

FILE = "processes.json"


def file_of(name: str) -> str:
    return f"processes-{name}.json"


class KeptProcess(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    restarts: int = 0
    reason: str = ""
    """Why the last one ended; empty where none has."""
    since: float = 0.0
    """Unix time of that end."""


def write(path: Path, kept: Sequence[KeptProcess]) -> None:
    """A full disk ends no supervisor."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(msgspec.json.encode(list(kept)))
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
