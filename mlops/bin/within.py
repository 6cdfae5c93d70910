"""Which rows go with others: what the database would delete along with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models.deletion import Collector

from mlops.blobs.references import NO_HOLDERS


def would_go(rows: Sequence[Any]) -> dict[str, set[Any]]:
    """Primary keys of rows that may name bytes, by the label of their table, such as `packaging.Conversion`; with those
    of the rows themselves. Raises ProtectedError or RestrictedError where something else points at them."""
    collector = Collector(using=DEFAULT_DB_ALIAS, origin=rows[0] if rows else None)
    for kind in {type(row) for row in rows}:
        collector.collect([row for row in rows if type(row) is kind])
    found = {model._meta.label: {row.pk for row in of} for model, of in collector.data.items()}
    for part in collector.fast_deletes:
        if part.model._meta.label in NO_HOLDERS:
            continue  # such as metrics: many rows, and none names bytes
        found.setdefault(part.model._meta.label, set()).update(part.values_list("pk", flat=True))
    return found
