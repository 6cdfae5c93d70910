"""Fields of a monitorSchedule: those that are known, and a fault with its line for any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.formats.azureml.lines import Path, Source, fields


def checked(source: Source, at: Path, known: set[str], kind: str) -> dict[str, Any]:
    found = fields(source, at)
    known_fields(source, at, found, known, kind)
    return found


def known_fields(source: Source, at: Path, found: Mapping[str, Any], known: set[str], kind: str) -> None:
    for name in found:
        if name not in known:
            raise source.unknown(str(name), known, at=at, kind=kind)
