"""Events of batch endpoints, their deployments and jobs."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Facts, said


class Updated(Data, kw_only=True):
    default: Annotated[str, said("The deployment that callers get; empty: none.")]


class DeploymentCreated(Data, kw_only=True):
    deployment: str
    of: Annotated[str, said("The model version or the published pipeline behind it.")]
    entry: str


class DeploymentUpdated(Data, kw_only=True):
    deployment: str
    changed: Facts


class DeploymentDeleted(Data, kw_only=True):
    deployment: str
    of: str


class JobSubmitted(Data, kw_only=True):
    run: Annotated[int, said("The number of its run.")]
    deployment: str
    input: Annotated[str, said("What is scored, in words.")]


ENDPOINT = "batch-endpoints/{name}"

TYPES = (
    EventType("mlops.batch_endpoint.created", "Batch endpoint created", "A batch endpoint is made.", ENDPOINT),
    EventType("mlops.batch_endpoint.updated", "Batch endpoint updated", "Its text or its default changes.", ENDPOINT,
              Updated),
    EventType("mlops.batch_endpoint.deleted", "Batch endpoint deleted", "A batch endpoint is deleted.", ENDPOINT),
    EventType("mlops.batch_deployment.created", "Batch deployment created", "A deployment is added.", ENDPOINT,
              DeploymentCreated),
    EventType("mlops.batch_deployment.updated", "Batch deployment updated", "Its settings change.", ENDPOINT,
              DeploymentUpdated),
    EventType("mlops.batch_deployment.deleted", "Batch deployment deleted", "A batch deployment is deleted.", ENDPOINT,
              DeploymentDeleted),
    EventType("mlops.batch_job.submitted", "Batch job submitted", "Somebody lets data be scored.", ENDPOINT,
              JobSubmitted),
)  # fmt: skip
