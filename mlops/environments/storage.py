"""The bytes that are kept for the quota of storage: folders of Dockerfiles."""

from __future__ import annotations

from uuid import UUID

from mlops.environments.models import EnvironmentVersion
from mlops.quotas import storage


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    versions = EnvironmentVersion.with_deleted.filter(asset__project=project_id).exclude(context=None).order_by()
    return dict(versions.values_list("context_id", "context__size_bytes").distinct())
