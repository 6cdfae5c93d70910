"""The bytes that are kept for the quota of storage: code of components."""

from __future__ import annotations

from uuid import UUID

from mlops.components.models import ComponentVersion
from mlops.quotas import storage


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    versions = ComponentVersion.with_deleted.filter(component__project=project_id).exclude(tree=None).order_by()
    return dict(versions.values_list("tree_id", "tree__size_bytes").distinct())
