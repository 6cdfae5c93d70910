"""The regular jobs of runs: retention rules, and the recycle bin."""

from __future__ import annotations

from mlops.runs.retention import apply_rules, empty_bin
from mlops.work.calls import every


@every(3600, "runs.retention")
def keep_rules() -> None:
    apply_rules()
    empty_bin()
