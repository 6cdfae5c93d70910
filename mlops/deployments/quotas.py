"""How many endpoints and deployments projects have and people made, for quotas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from mlops.deployments.models import Deployment, Endpoint
from mlops.quotas import kinds


def register() -> None:
    kinds.register("endpoints", endpoints, of_people=endpoints_of_people)
    kinds.register("deployments", deployments, of_people=deployments_of_people)


def endpoints(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(Endpoint.objects.all(), projects)


def deployments(projects: Collection[UUID]) -> Mapping[UUID, int]:
    return kinds.per_project(Deployment.objects.all(), projects, column="endpoint__project")


def endpoints_of_people(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(Endpoint.objects.all(), people)


def deployments_of_people(people: Collection[int]) -> Mapping[int, int]:
    return kinds.per_person(Deployment.objects.all(), people)
