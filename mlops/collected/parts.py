"""Sheets become parts: the files are kept as blobs, the rows of the database are saved by whoever asked for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlops.collected.keeping import keep_part_file
from mlops.collected.models import Part
from mlops.collected.sheets import Key, Sheet, write_sheet
from mlops.deployments.models import Endpoint
from mlops.packaging.scratch import scratch


def write_parts(endpoint: Endpoint, sheets: Mapping[Key, Sheet]) -> list[Part]:
    """One a sheet, in their order, not yet saved."""
    folder = Path(tempfile.mkdtemp(prefix="collected-", dir=scratch()))
    try:
        places = (folder / f"{number}.parquet" for number in range(len(sheets)))
        return [_part(endpoint, key, sheet, path) for (key, sheet), path in zip(sheets.items(), places, strict=True)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _part(endpoint: Endpoint, key: Key, sheet: Sheet, path: Path) -> Part:
    write_sheet(key, sheet, path)
    blob = keep_part_file(path)
    return Part(
        endpoint=endpoint,
        kind=key.kind,
        deployment=key.deployment,
        model=key.model,
        day=key.day,
        first_at=min(sheet.at),
        last_at=max(sheet.at),
        row_count=len(sheet),
        request_count=sheet.requests,
        size_bytes=blob.size_bytes,
        columns=sheet.types(),
        minutes=sheet.minutes(),
        designations=list(key.designations),
        blob=blob,
    )
