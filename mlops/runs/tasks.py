"""The regular jobs of runs: retention rules, the recycle bin, and the bytes that nothing holds after them."""

from __future__ import annotations

from mlops.blobs.garbage import collect
from mlops.runs.retention import apply_rules, empty_bin
from mlops.work.calls import every


@every(3600, "runs.retention")
def keep_rules() -> None:
    apply_rules()
    empty_bin()


@every(6 * 3600, "runs.garbage")
def collect_garbage() -> None:
    collect()
