"""What higher packages put beside a model that is to be served; they register when they are loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlops.registry.models import ModelVersion

Source = Callable[[ModelVersion, Path], None]
"""Writes files into the folder of a scoring server."""

_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def lay_out(version: ModelVersion, folder: Path) -> None:
    for source in _sources:
        source(version, folder)
