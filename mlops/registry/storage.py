"""The bytes that versions of models keep, for the quota of storage. Those of a logged model count with it."""

from __future__ import annotations

from uuid import UUID

from mlops.quotas import storage
from mlops.registry.models import ModelVersion


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    versions = ModelVersion.with_deleted.filter(model__project=project_id, logged_model=None).order_by()
    return dict(versions.values_list("tree_id", "tree__size_bytes").distinct())
