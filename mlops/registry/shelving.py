"""Models and versions out of the lists and back: whole, found by name and number, and served as before."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.registry.models import ModelVersion, RegisteredModel


def archive(actor: Any, row: RegisteredModel | ModelVersion) -> None:
    """Twice is no fault."""
    _set(actor, row, is_archived=True)


def bring_back(actor: Any, row: RegisteredModel | ModelVersion) -> None:
    _set(actor, row, is_archived=False)


def _set(actor: Any, row: RegisteredModel | ModelVersion, *, is_archived: bool) -> None:
    model = row if isinstance(row, RegisteredModel) else row.model
    require(actor, "models.register", model.project)
    if (row.archived_at is not None) == is_archived:
        return
    with transaction.atomic():
        row.archived_at = timezone.now() if is_archived else None
        row.save(update_fields=["archived_at", "changed_at"])
        record(
            actor,
            "mlops.model.archived" if is_archived else "mlops.model.restored",
            subject=f"models/{row}",
            project=model.project,
            notice=("model", str(model.pk)),
        )
