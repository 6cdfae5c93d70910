"""The bytes of files that were sent, or are being sent and will be whole, for the quota of storage."""

from __future__ import annotations

from uuid import UUID

from mlops.quotas import storage
from mlops.uploads.models import SentFile


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    rows = SentFile.objects.filter(project=project_id, problem="").values_list("blob_id", "pk", "size_bytes")
    return {blob or str(pk): size for blob, pk, size in rows}
