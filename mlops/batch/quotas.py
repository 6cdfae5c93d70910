"""How many batch endpoints and deployments projects have and people made, for quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.quotas import kinds


def register() -> None:
    kinds.register("endpoints", endpoints, of_people=endpoints_of_people)
    kinds.register("deployments", deployments, of_people=deployments_of_people)


def endpoints(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(BatchEndpoint.objects.all(), projects)


def deployments(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(BatchDeployment.objects.all(), projects, column="endpoint__project")


def endpoints_of_people(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(BatchEndpoint.objects.all(), people)


def deployments_of_people(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(BatchDeployment.objects.all(), people)
