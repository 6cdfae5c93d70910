"""When a worker's row is old. Apart from the ledger, which only workers load."""

from __future__ import annotations

from datetime import timedelta

SILENT_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=1)
