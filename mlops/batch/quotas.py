"""How many batch endpoints and deployments projects have, for their quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count

from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.quotas import kinds


def register() -> None:
    kinds.register("endpoints", endpoints)
    kinds.register("deployments", deployments)


def endpoints(projects: Collection[UUID]) -> Mapping[UUID, int]:
    found = BatchEndpoint.objects.filter(project__in=projects).order_by()
    return dict(found.values_list("project").annotate(count=Count("pk")))


def deployments(projects: Collection[UUID]) -> Mapping[UUID, int]:
    found = BatchDeployment.objects.filter(endpoint__project__in=projects).order_by()
    return dict(found.values_list("endpoint__project").annotate(count=Count("pk")))
