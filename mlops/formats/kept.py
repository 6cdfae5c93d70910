"""What of a kept folder is the code's own, and what the product put beside it so that it is shown as a table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from mlops.formats.transform import TableMeta

DATA_FILE, META_FILE = "data.parquet", "meta.json"
ORIGIN_FILE, REFERENCE_FILE = "origin.parquet", "reference.parquet"
BESIDE = frozenset(
    {DATA_FILE, META_FILE, ORIGIN_FILE, REFERENCE_FILE, "profile.json", "evaluation.json", "finding.json"}
)
"""At the top of the folder, where it holds a table of ours."""

ROW = "__mlops_row__"
"""Name of the hidden column that holds source row numbers."""


def holds_table(folder: Path) -> bool:
    """Whether it has a table in the product's own form, whatever else is in it."""
    if not (folder / DATA_FILE).is_file() or not (folder / META_FILE).is_file():
        return False
    try:
        msgspec.json.decode((folder / META_FILE).read_bytes(), type=TableMeta)
    except (msgspec.MsgspecError, OSError):
        return False
    return True


def own_paths(paths: Iterable[str], *, holds_table: bool) -> list[str]:
    """Those that are not beside a table of ours. Empty where the table is all that there is."""
    return sorted(path for path in paths if not (holds_table and path in BESIDE))
