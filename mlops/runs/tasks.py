"""The regular jobs of runs: retention rules, removals that were broken off, the bytes that nothing holds after them,
and parts of files that nobody completed."""

from __future__ import annotations

from mlops.bin.collecting import collect_and_tell
from mlops.blobs import parted
from mlops.formats.refusal import Refusal
from mlops.runs.deletion import finish_broken_off
from mlops.runs.retention import apply_rules
from mlops.work.calls import every


@every(3600, "runs.retention")
def keep_rules() -> None:
    apply_rules()
    finish_broken_off()


@every(6 * 3600, "runs.garbage")
def collect_garbage() -> None:
    try:
        collect_and_tell()
    except Refusal as refusal:
        if refusal.code != "blobs_in_use":  # a backup is being taken: the next time will do
            raise


@every(3600, "runs.old_parts")
def remove_old_parts() -> None:
    parted.remove_old_parts()
