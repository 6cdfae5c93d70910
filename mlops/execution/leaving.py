"""What a program left in `outputs` and `logs` where it ran is kept as files of the run, however it ended."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from mlops.blobs.plain_files import open_inside
from mlops.blobs.trees import keep_stream
from mlops.blocks.custom.commands import KEPT_FOLDERS
from mlops.formats.definition import Command, Parallel
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder
from mlops.quotas.storage import require_bytes
from mlops.runs.logging import log_artifact
from mlops.runs.models import RunKind, Step

MOST_FILES = 5_000


def keep_left_files(step: Step, order: StepOrder) -> None:
    """A pipeline has them by step: `STEP/outputs/…`. Links are left out: they may lead anywhere.

    Raises Refusal `quota_reached`: then none is kept."""
    if leaves_files(order):
        code = Path(order.work_dir) / "code"
        files = [path for name in KEPT_FOLDERS for path in left_files(code / name)][:MOST_FILES]
        if files:
            require_bytes(step.run.project, sum(path.lstat().st_size for path in files))
        keep_files(step, order, files)


def leaves_files(order: StepOrder) -> bool:
    return order.definition is not None and isinstance(order.definition.how, Command | Parallel)


def keep_files(step: Step, order: StepOrder, files: Iterable[Path]) -> None:
    """Of those that lie where its code runs. What became a link meanwhile is left out, and so is a name that no file
    of a run may have."""
    work = Path(order.work_dir)
    before = f"{step.node}/" if step.run.kind == RunKind.PIPELINE else ""
    for path in files:
        with contextlib.suppress(Refusal):
            with open_inside(work, path.relative_to(work).as_posix()) as source:
                blob = keep_stream(source)
            log_artifact(step.run, f"{before}{path.relative_to(work / 'code').as_posix()}"[:500], blob)


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
