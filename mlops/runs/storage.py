"""The bytes that runs keep, for the quota of storage: what steps made, files, code and logged models."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from mlops.quotas import storage
from mlops.runs.code import trees_of
from mlops.runs.models import Artifact, LoggedModelFile, Run, Step, StepState


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    artifacts = Artifact.objects.filter(run__project=project_id)
    models = LoggedModelFile.objects.filter(model__experiment__project=project_id)
    trees = storage.sizes_of_trees(_made(project_id) | _code(project_id))
    return trees | _blobs(artifacts) | _blobs(models)


def _code(project_id: UUID) -> set[str]:
    """What came beside the YAML of jobs."""
    ran = Run.objects.filter(project=project_id, snapshot__has_key="components").order_by()
    known = ran.values_list("snapshot__components", flat=True).iterator()
    return {tree for definitions in known for tree in trees_of(definitions or {}).values()}


def _made(project_id: UUID) -> set[str]:
    """What was taken from elsewhere (a dataset, an earlier run) counts there, as long as that is there."""
    made = Q(attempt__gt=0) | Q(state=StepState.REUSED)
    steps = Step.objects.filter(made, run__project=project_id, reused_from=None).exclude(outputs={}).order_by()
    return {
        output["tree"]
        for outputs in steps.values_list("outputs", flat=True).iterator()
        for output in outputs.values()
        if output.get("tree")
    }


def _blobs(files: QuerySet[Any, Any]) -> dict[str, int]:
    return dict(files.order_by().values_list("blob_id", "size_bytes").distinct())
