"""What a program left in `outputs` and `logs` where it ran is kept as files of the run, however it ended."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mlops.blobs.trees import keep_file
from mlops.blocks.custom.commands import KEPT_FOLDERS
from mlops.formats.definition import Command, Parallel
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder
from mlops.runs.logging import log_artifact
from mlops.runs.models import RunKind, Step

MOST_FILES = 5_000


def keep_left_files(step: Step, order: StepOrder) -> None:
    """A pipeline has them by step: `STEP/outputs/…`. Links are left out: they may lead anywhere."""
    if order.definition is None or not isinstance(order.definition.how, Command | Parallel):
        return
    code = Path(order.work_dir) / "code"
    before = f"{step.node}/" if step.run.kind == RunKind.PIPELINE else ""
    files = [path for name in KEPT_FOLDERS for path in left_files(code / name)][:MOST_FILES]
    if not files:
        return
    blobs = {f"{before}{path.relative_to(code).as_posix()}"[:500]: keep_file(path) for path in files}
    for path, blob in blobs.items():
        with contextlib.suppress(Refusal):  # a name that no file of a run may have
            log_artifact(step.run, path, blob)


def left_files(folder: Path) -> list[Path]:
    """Regular files below the folder, none by way of a link."""
    found = []
    if folder.is_symlink():
        return []
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        paths = (Path(place) / name for name in sorted(names))
        found += [path for path in paths if path.is_file() and not path.is_symlink()]
    return found
