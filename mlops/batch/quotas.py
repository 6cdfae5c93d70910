"""How many batch endpoints and deployments projects have, for their quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.quotas import kinds


def register() -> None:
    kinds.register("endpoints", endpoints)
    kinds.register("deployments", deployments)


def endpoints(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(BatchEndpoint.objects.all(), projects)


def deployments(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(BatchDeployment.objects.all(), projects, column="endpoint__project")
