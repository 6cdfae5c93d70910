"""The events of imports."""

from __future__ import annotations

from typing import Any

from mlops.events.chain import record
from mlops.imports.models import Import


def tell(actor: Any, row: Import, type: str) -> None:
    data: dict[str, Any] = {
        "source": row.source,
        "dry_run": bool(row.options.get("dry_run")),
        "counts": {kind: counts for kind, counts in row.counts.items() if kind not in ("finding", "left")},
    }
    record(
        actor,
        type,
        subject=f"imports/{row.pk}",
        project=row.project,
        data=data,
        reason=row.reason,
        notice=("import", str(row.pk)),
    )
