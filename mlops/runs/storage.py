"""The bytes that runs keep, for the quota of storage: what their steps made, their files, and logged models."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from mlops.blobs.models import Tree
from mlops.quotas import storage
from mlops.runs.models import Artifact, LoggedModelFile, Step, StepState

TREES_A_QUERY = 800


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    artifacts = Artifact.objects.filter(run__project=project_id)
    models = LoggedModelFile.objects.filter(model__experiment__project=project_id)
    return _trees(project_id) | _blobs(artifacts) | _blobs(models)


def _trees(project_id: UUID) -> dict[str, int]:
    """What was taken from elsewhere (a dataset, an earlier run) counts there, as long as that is there."""
    made = Q(attempt__gt=0) | Q(state=StepState.REUSED)
    steps = Step.objects.filter(made, run__project=project_id, reused_from=None).exclude(outputs={}).order_by()
    found = {
        output["tree"]
        for outputs in steps.values_list("outputs", flat=True).iterator()
        for output in outputs.values()
        if output.get("tree")
    }
    digests = sorted(found)
    sizes: dict[str, int] = {}
    for start in range(0, len(digests), TREES_A_QUERY):
        some = Tree.objects.filter(digest__in=digests[start : start + TREES_A_QUERY])
        sizes |= dict(some.values_list("digest", "size_bytes"))
    return sizes


def _blobs(files: QuerySet[Any, Any]) -> dict[str, int]:
    return dict(files.order_by().values_list("blob_id", "size_bytes").distinct())
