"""Which rows and files go together: the plan of mini-batches, which never changes once it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlops.formats.batch import BatchSettings, InputFile, Part

FILES_IN_A_BATCH = 10
MOST_BATCHES = 20_000
"""Of one job: smaller mini-batches than would make more are made larger."""


def plan(files: Sequence[InputFile], settings: BatchSettings) -> Iterator[Part]:
    """In the order of the input. A mini-batch of a table never crosses a file."""
    if not any(file.rows for file in files):
        yield from _of_files(files, settings)
        return
    total = sum(file.rows for file in files)
    least = -(-total // MOST_BATCHES)
    for place, file in enumerate(files):
        size = max(settings.mini_batch_size or _rows_of(file, settings.mini_batch_bytes), least)
        for start in range(0, file.rows, size):
            yield Part(files=(place,), start=start, rows=min(size, file.rows - start))


def _of_files(files: Sequence[InputFile], settings: BatchSettings) -> Iterator[Part]:
    size = settings.mini_batch_size or FILES_IN_A_BATCH
    if settings.output_action == "file_per_input":
        size = 1
    size = max(size, -(-len(files) // MOST_BATCHES))
    for start in range(0, len(files), size):
        yield Part(files=tuple(range(start, min(start + size, len(files)))))


def _rows_of(file: InputFile, wanted_bytes: int) -> int:
    """Rows that take about so many bytes as they are stored; between 100 and 100,000."""
    of_one = max(1.0, file.size_bytes / max(1, file.rows))
    return max(100, min(100_000, int(wanted_bytes / of_one)))
