"""Versions that could not be read: nobody ever used them, so that they go at once and give their number back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mlops.access.decisions import require
from mlops.datasets.models import Dataset, DatasetVersion, VersionState
from mlops.events.chain import record


def forget(actor: Any, version: DatasetVersion, *, reason: str = "") -> bool:
    """With the dataset, where it has no other version. False where the version was read after all."""
    dataset = version.dataset
    require(actor, "data.change", dataset.project)
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().select_related("project").get(pk=dataset.pk)
        named, pk = str(version), dataset.pk
        gone, _rows = DatasetVersion.objects.filter(pk=version.pk, state=VersionState.FAILED).delete()
        if not gone:
            return False
        if dataset.last_number == version.number:
            dataset.last_number -= 1
            dataset.save(update_fields=["last_number"])
        if not DatasetVersion.with_deleted.filter(dataset=dataset).exists():
            dataset.delete()
        record(
            actor,
            "mlops.dataset.version_deleted",
            subject=f"datasets/{named}",
            project=version.dataset.project,
            reason=reason or version.reason,
            notice=("dataset", str(pk)),
        )
    return True
