"""The last lines of a deployment's logs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TAIL_BYTES = 512 * 1024


def tails(files: Mapping[str, Path], lines: int) -> list[str]:
    """Of one file its last lines; of several, as many of each, marked with the server's name."""
    if len(files) == 1:
        return tail(next(iter(files.values())), lines)
    each = max(1, lines // max(1, len(files)))
    return [f"[{name}] {line}" for name, path in files.items() for line in tail(path, each)]


def tail(path: Path, lines: int) -> list[str]:
    try:
        with path.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except OSError:
        return []
    return text.splitlines()[-lines:]
