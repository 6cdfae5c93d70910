"""What is left of a run that is deleted for good: a tombstone, which is there first. Then its rows go in batches: no
transaction is long."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet, Sum

from mlops.blobs.models import Tree
from mlops.runs.models import Artifact, LatestMetric, LogLine, Metric, Run, RunParameter, Step, Tombstone
from mlops.tags.models import Tag

ROWS_A_BATCH = 5_000


def size_of(run: Run) -> int:
    """Bytes that the run's outputs and files name; what others name as well is freed when they are gone, too."""
    trees = {
        output["tree"]
        for outputs in Step.objects.filter(run=run).values_list("outputs", flat=True)
        for output in outputs.values()
        if output.get("tree")
    }
    kept = Tree.objects.filter(digest__in=trees).aggregate(size=Sum("size_bytes"))["size"] or 0
    logged = Artifact.objects.filter(run=run).values("blob").distinct().aggregate(size=Sum("size_bytes"))["size"] or 0
    return int(kept + logged)


def mark(run: Run, *, by: str, reason: str, freed_bytes: int) -> None:
    """Its tombstone: from now on it goes for good, and is not restored any more."""
    Tombstone.objects.get_or_create(
        pk=run.pk,
        defaults={
            "project_id": run.project_id,
            "number": run.number,
            "kind": run.kind,
            "name": run.name,
            "display_name": run.display_name,
            "experiment": run.experiment.name,
            "state": run.state,
            "created_by_name": run.created_by.get_username() if run.created_by else "",
            "created_at": run.created_at,
            "deleted_at": run.deleted_at,
            "purged_by_name": by,
            "reason": reason,
            "freed_bytes": freed_bytes,
        },
    )


def remove_rows(run: Run) -> None:
    """Those that may be many. May be done again where it was broken off."""
    _remove(Metric.objects.filter(run=run))
    _remove(LatestMetric.objects.filter(run=run))
    _remove(LogLine.objects.filter(step__run=run))
    _remove(RunParameter.objects.filter(run=run))
    _remove(Artifact.objects.filter(run=run))


def remove(run: Run) -> bool:
    """The rest, in the caller's transaction. False where somebody else has removed it."""
    kind = ContentType.objects.get_for_model(Run)
    Tag.objects.filter(content_type=kind, object_id=str(run.pk)).delete()
    return Run.objects.filter(pk=run.pk).delete()[0] > 0


def _remove(rows: QuerySet[Any]) -> None:
    kind: type[Model] = rows.model
    while ids := list(rows.order_by().values_list("pk", flat=True)[:ROWS_A_BATCH]):
        kind._default_manager.filter(pk__in=ids).delete()
