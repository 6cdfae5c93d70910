"""The components of a run, as they were when it was submitted."""

from __future__ import annotations

import msgspec

from mlops.blocks.library import Library
from mlops.formats.definition import Definition
from mlops.runs.models import Run


def library_of(run: Run) -> Library:
    return Library(msgspec.convert(run.snapshot.get("components", {}), type=dict[str, Definition]))
