"""What a child has to be told beside a model's files: the columns of a graph that takes one matrix."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlops.formats.explanation import NAMES_FILE
from mlops.registry.models import ModelVersion
from mlops.registry.queries import signature_of


def lay_out_columns(version: ModelVersion | None, folder: Path) -> None:
    """None: what a step of ours trained tells them by itself."""
    signature = signature_of(version) if version is not None else None
    if signature is not None and not (folder / NAMES_FILE).exists():
        names = [field.name for field in signature.inputs]
        (folder / NAMES_FILE).write_bytes(msgspec.json.encode(names))
