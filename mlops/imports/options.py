"""What of a store is taken, and how."""

from __future__ import annotations

from typing import Literal

from mlops.mlflow_stores.wanted import Wanted


class Options(Wanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    artifacts: bool = True
    deleted: Literal["leave", "bin"] = "leave"
    """What was deleted in the source is left out, or comes into the recycle bin."""
    collisions: Literal["merge", "suffix"] = "merge"
    """Where a name is taken here: go into the thing of that name, or beside it under a name of its own."""
    again: bool = False
    """Take also what was taken before and deleted here since."""
    dry_run: bool = False
    files: str = ""
    """The folder where the store's files lie now."""
