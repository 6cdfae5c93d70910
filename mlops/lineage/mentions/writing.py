"""Writes the index with each document, in the transaction that makes it."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from mlops.components.models import ComponentVersion
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import DeploymentRevision
from mlops.lineage.mentions import reading
from mlops.lineage.models import Mention
from mlops.pipelines.models import PublishedPipeline
from mlops.retraining.models import Attempt
from mlops.runs.models import DatasetUse, Run


def begin() -> None:
    for sender, receiver in RECEIVERS.items():
        post_save.connect(receiver, sender=sender, dispatch_uid=f"lineage {sender.__name__}")


def index_run(run: Run) -> None:
    found = reading.of_run(run.spec, run.snapshot or {}, run.origin)
    _write(run.project_id, run.created_at, found, run=run)


def _run(instance: Run, created: bool, **_: Any) -> None:
    if created:
        index_run(instance)


def _use(instance: DatasetUse, created: bool, **_: Any) -> None:
    if created and (found := reading.of_use(instance.source)):
        run = instance.run
        known = set(Mention.objects.filter(run=run, target__in=found).values_list("target", flat=True))
        _write(run.project_id, instance.at, [one for one in found if one not in known], run=run)


def _pipeline(instance: PublishedPipeline, created: bool, **_: Any) -> None:
    if created:
        found = reading.of_pipeline(instance.spec, instance.job or {}, instance.origin)
        _write(instance.endpoint.project_id, instance.created_at, found, pipeline=instance)


def _data(instance: DatasetVersion, created: bool, update_fields: Any = None, **_: Any) -> None:
    if not created and update_fields is not None and not {"uri", "origin"} & set(update_fields):
        return
    found = reading.of_data(instance.uri, instance.origin or {})
    if not created:
        Mention.objects.filter(data=instance).delete()
    _write(instance.dataset.project_id, instance.created_at, found, data=instance)


def _component(instance: ComponentVersion, created: bool, **_: Any) -> None:
    if created:
        found = reading.of_component(instance.definition, instance.tree_id)
        _write(instance.component.project_id, instance.created_at, found, component=instance)


def _revision(instance: DeploymentRevision, created: bool, **_: Any) -> None:
    """Of every revision, the earlier ones as well: they used it once."""
    if created:
        found = reading.of_deployment(instance.settings, instance.code.tree_id if instance.code else None)
        row = instance.deployment
        known = Mention.objects.filter(deployment=row, target__in=found).values_list("target", flat=True)
        fresh = [one for one in found if one not in set(known)] if found else []
        _write(row.endpoint.project_id, instance.created_at, fresh, deployment=row)


def _attempt(instance: Attempt, created: bool, **_: Any) -> None:
    if created:
        found = reading.of_attempt(instance.trigger)
        _write(instance.policy.project_id, instance.created_at, found, attempt=instance)


def _write(project: Any, at: Any, targets: list[str], **holder: Any) -> None:
    rows = [Mention(project_id=project, target=target, at=at, **holder) for target in targets]
    if rows:
        Mention.objects.bulk_create(rows)


RECEIVERS: dict[Any, Any] = {
    Run: _run,
    DatasetUse: _use,
    PublishedPipeline: _pipeline,
    DatasetVersion: _data,
    ComponentVersion: _component,
    DeploymentRevision: _revision,
    Attempt: _attempt,
}
__all__ = ["begin", "index_run"]
