"""How a parallel job cuts its input into mini-batches, and what it takes before it fails.

The words are those of a parallel job of Azure ML's CLI v2 and of its entry scripts."""

from __future__ import annotations

from typing import Literal

import msgspec

IGNORED = -1
"""As a threshold: any number of failures is ignored."""


class ParallelPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    input: str
    """The port whose data is cut."""
    append_to: str = ""
    """The output that all results are appended to; empty: they are only counted."""
    mini_batch_files: int | None = None
    """Of files: how many a mini-batch has; None: 10, or by `mini_batch_bytes`."""
    mini_batch_bytes: int | None = None
    """Of a table: about how large a mini-batch is; None: 1 MB."""
    partition_keys: tuple[str, ...] = ()
    """Of a table: a mini-batch has all rows with equal values in these columns."""
    mini_batch_error_threshold: int = IGNORED
    """How many mini-batches may fail."""
    error_threshold: int = IGNORED
    """How many items may have no result."""
    allowed_failed_percent: float = 100.0
    """Which share of the mini-batches may fail, in percent."""
    concurrency: int | None = None
    """Processes; None: one for each core."""
    max_retries: int = 2
    timeout_seconds: float = 60.0
    """Of one mini-batch."""
    logging_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
