"""Collected rows are kept for as long as their deployment says; a part goes when its newest row is too old."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from mlops.collected.keeping import touch
from mlops.collected.models import Intake, Part, PartKind, Segment
from mlops.deployments.models import Endpoint
from mlops.events.chain import record

SEGMENTS_KEPT = timedelta(days=2)
"""The names of what was taken: a source that was asked to discard one may list it again within this time;
later, the keys of its records are found among the parts."""


def remove_old(now: datetime) -> int:
    """Rows that went. One event an endpoint."""
    Segment.objects.filter(taken_at__lt=now - SEGMENTS_KEPT, fault="").delete()
    removed = 0
    intakes: dict[UUID, list[Intake]] = {}
    for one in Intake.objects.select_related("endpoint__project"):
        intakes.setdefault(one.endpoint_id, []).append(one)
    for rows in intakes.values():
        removed += _remove(rows[0].endpoint, _too_old(rows, now))
    return removed


def _too_old(rows: list[Intake], now: datetime) -> Q:
    """Of a name that several deployments had one after the other, the longest counts; labels stay as long as any row
    that they may belong to."""
    longest: dict[str, float] = {}
    for row in rows:
        days = float("inf") if row.retention_days is None else row.retention_days
        longest[row.deployment] = max(days, longest.get(row.deployment, 0.0))
    found = Q(pk__in=[])
    for name, days in longest.items():
        if days != float("inf"):
            found |= Q(kind=PartKind.ROWS, deployment=name, last_at__lt=now - timedelta(days=days))
    most = max(longest.values())
    if most != float("inf"):
        found |= Q(kind=PartKind.LABELS, last_at__lt=now - timedelta(days=most))
    return found


def _remove(endpoint: Endpoint, which: Q) -> int:
    with transaction.atomic():
        parts = Part.objects.filter(which, endpoint=endpoint)
        told: dict[str, Any] = parts.aggregate(rows=Sum("row_count"), size=Sum("size_bytes"))
        if not told["rows"]:
            return 0
        touch(list(parts.values_list("blob_id", flat=True)))
        parts.delete()
        record(
            None,
            "mlops.collection.expired",
            subject=f"endpoints/{endpoint.name}",
            project=endpoint.project,
            reason=_("They were older than the deployment keeps collected data."),
            data={"endpoint": endpoint.name, "rows": told["rows"], "size_bytes": told["size"]},
            notice=("collected", str(endpoint.pk)),
        )
    return int(told["rows"])
