"""The bytes that datasets keep, and files that wait to become one, for the quota of storage."""

from __future__ import annotations

from uuid import UUID

from mlops.datasets.models import Arrival, DatasetVersion, Upload
from mlops.quotas import storage


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    versions = DatasetVersion.with_deleted.filter(dataset__project=project_id).order_by()
    found: dict[str, int] = {}
    for column in ("raw", "files", "tree"):
        rows = versions.exclude(**{column: None})
        found |= dict(rows.values_list(f"{column}_id", f"{column}__size_bytes").distinct())
    found |= dict(Upload.objects.filter(project=project_id).values_list("blob_id", "blob__size_bytes"))
    return found | dict(Arrival.objects.filter(project=project_id).values_list("tree_id", "tree__size_bytes"))
