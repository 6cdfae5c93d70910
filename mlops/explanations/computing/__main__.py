"""`python -m mlops.explanations.computing --folder DIR --out DIR`: explains the model that lies in the folder.

There are `model/`, `task.json` and, where rows of a dataset are explained, `rows.parquet`. Writes `progress.json`
meanwhile, then the files of the explanation or `error.json`."""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

import msgspec

from mlops.formats.explanation import ExplainOrder, ExplainProgress
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging.child import THREADS
from mlops.packaging.limits import within_limits

MODEL_FOLDER, TASK_FILE, DATA_FILE = "model", "task.json", "rows.parquet"
PROGRESS_FILE, ERROR_FILE = "progress.json", "error.json"
MEMORY_BYTES = 8 * 1024**3


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`source`: where the rows come from, in words; `only`: numbers of those of the data that are meant."""

    order: ExplainOrder
    source: str = ""
    only: tuple[int, ...] | None = None


class _Progress:
    def __init__(self, path: Path) -> None:
        self._path, self._began = path, time.monotonic()

    def __call__(self, share: float, doing: str) -> None:
        seconds = time.monotonic() - self._began
        left = seconds * (1 - share) / share if share > 0.15 and seconds > 1 else None
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        _write(
            self._path,
            ExplainProgress(share=share, doing=doing, seconds=seconds, seconds_left=left, peak_bytes=peak),
        )


def _write(path: Path, value: object) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(value))
    os.replace(part, path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.explanations.computing")
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    folder, out = given.folder, given.out
    for name in THREADS:
        os.environ.pop(name, None)
    within_limits(memory_bytes=MEMORY_BYTES)
    try:
        from mlops.explanations.computing.explaining import explain

        task = msgspec.json.decode((folder / TASK_FILE).read_bytes(), type=Task)
        data = folder / DATA_FILE
        explain(
            folder / MODEL_FOLDER,
            out,
            order=task.order,
            data=data if data.is_file() else None,
            source=task.source,
            only=task.only,
            tell=_Progress(out / PROGRESS_FILE),
        )
    except Refusal as refusal:
        error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
        _write(out / ERROR_FILE, error)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
