"""The bytes that files of traces keep, for the quota of storage."""

from __future__ import annotations

from uuid import UUID

from mlops.quotas import storage
from mlops.traces.models import TraceFile


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    files = TraceFile.objects.filter(trace__project=project_id).order_by()
    return dict(files.values_list("blob_id", "size_bytes").distinct())
