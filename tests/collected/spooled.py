"""Collected requests as a scoring server leaves them: sealed segments in the spool's folder."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from mlops.deployments.models import Deployment
from mlops.deployments.spools import spool_folder
from mlops.formats.spool import Record, frame
from mlops.scoring.spool.segments import Segment

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def recorded(deployment: Deployment, *, at: datetime = NOON, **more: Any) -> Record:
    request_id = more.pop("request_id", uuid.uuid4().hex)
    parts = more.pop("parts", None) or {"inputs": {"power": [90.0]}, "predictions": {"price": [1234.5]}}
    fields: dict[str, Any] = {"key": request_id, "correlation_id": request_id, **more}
    return Record(
        at=round(at.timestamp() * 1_000_000),
        request_id=request_id,
        endpoint=deployment.endpoint.name,
        deployment=deployment.name,
        model=str(deployment.version),
        parts=parts,
        **fields,
    )


def spooled(deployment: Deployment, *records: Record) -> None:
    folder = spool_folder(deployment.pk)
    folder.mkdir(parents=True, exist_ok=True)
    segment = Segment(folder)
    for record in records:
        segment.append(frame(record))
    segment.seal()
