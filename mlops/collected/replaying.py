"""Collected requests for a replay: their bodies, built anew from the inputs that were kept."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mlops.access.decisions import require
from mlops.collected.children import ask_tables
from mlops.collected.reading import fetched, parts_of
from mlops.collected.saving import check_window, nothing_collected
from mlops.deployments.models import Endpoint
from mlops.packaging.scratch import scratch

MOST_REQUESTS = 2_000


def requests_of(
    actor: Any,
    endpoint: Endpoint,
    *,
    deployments: Sequence[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    most: int = MOST_REQUESTS,
) -> bytes:
    """One a line, as JSON: the last ones of the window. Columns that were redacted are missing, or not what they were.

    Raises Refusal where nothing was collected."""
    require(actor, "collected.use", endpoint.project)
    check_window(endpoint, start, end, deployments)
    parts = list(parts_of(endpoint, deployments=deployments, start=start, end=end))
    folder = Path(tempfile.mkdtemp(prefix="requests-", dir=scratch()))
    try:
        target = folder / "requests.jsonl"
        told = (
            ask_tables(
                "requests",
                folder=folder,
                parts=fetched(parts, folder),
                start=start,
                end=end,
                designations=("inputs",),
                with_mirrored=bool(deployments),
                most=min(most, MOST_REQUESTS),
                target=str(target),
            )
            if parts
            else {"requests": 0}
        )
        if not told["requests"]:
            raise nothing_collected(endpoint)
        return target.read_bytes()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
