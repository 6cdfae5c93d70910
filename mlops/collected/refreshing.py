"""Datasets that get a new version from collected data at an interval, so that retraining finds new rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.collected.models import Refresh
from mlops.collected.saving import COLUMNS, save_window
from mlops.datasets.actions import checked_name
from mlops.deployments.models import Endpoint
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest

LEAST_HOURS, MOST_HOURS = 0.25, 24.0 * 366


def refresh(
    actor: Any,
    endpoint: Endpoint,
    dataset_name: str,
    *,
    every_hours: float = 24.0,
    window_hours: float | None = None,
    deployments: Sequence[str] = (),
    is_labelled: bool = False,
    columns: str = "training",
) -> Refresh:
    """One that is there already for this dataset is changed. The first version is made at the next look."""
    require(actor, "collected.use", endpoint.project)
    name = checked_name(dataset_name)
    _check("every_hours", every_hours)
    if window_hours is not None:
        _check("window_hours", window_hours)
    if columns not in COLUMNS:
        message = _("“%(columns)s” is no choice of columns.") % {"columns": columns}
        hint = nearest(columns, COLUMNS) or _("Choose: %(names)s.") % {"names": ", ".join(COLUMNS)}
        raise Refusal("columns_unknown", message, hint=hint, where=Where(parameter="columns", value=columns))
    fields = {
        "every_hours": every_hours,
        "window_hours": window_hours,
        "deployments": list(deployments),
        "is_labelled": is_labelled,
        "columns": columns,
        "is_enabled": True,
        "next_at": timezone.now(),
        "created_by": actor,
    }
    with transaction.atomic():
        known = Refresh.objects.filter(endpoint=endpoint, dataset=name).first()
        was = stored(known) if known else {}
        made, _is_new = Refresh.objects.update_or_create(endpoint=endpoint, dataset=name, defaults=fields)
        _record(actor, made, "mlops.collection.refresh_set", (was, stored(made)), every_hours=every_hours)
    return made


def end_refresh(actor: Any, row: Refresh) -> None:
    """The versions that it made stay."""
    require(actor, "collected.use", row.endpoint.project)
    with transaction.atomic():
        _record(actor, row, "mlops.collection.refresh_ended", gone(row))
        row.delete()


def start_due(now: datetime) -> int:
    """Missed times are not made up for: each version has all that came since."""
    started = 0
    due = Refresh.objects.filter(is_enabled=True, next_at__lte=now)
    for row in due.select_related("endpoint__project", "created_by"):
        following = now + timedelta(hours=row.every_hours)
        if not Refresh.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=following, reason=""):
            continue  # another worker was first
        start = now - timedelta(hours=row.window_hours) if row.window_hours else None
        try:
            save_window(
                row.created_by,
                row.endpoint,
                row.dataset,
                start,
                now,
                deployments=row.deployments,
                is_labelled=row.is_labelled,
                columns=row.columns,
            )
        except Refusal as refusal:
            Refresh.objects.filter(pk=row.pk).update(reason=refusal.message)
            continue
        started += 1
    return started


def _check(name: str, hours: float) -> None:
    if not LEAST_HOURS <= hours <= MOST_HOURS:
        raise Refusal(
            "hours_invalid",
            _("%(name)s is %(hours)s.") % {"name": name, "hours": f"{hours:g}"},
            hint=_("Give from %(least)s to %(most)s hours.") % {"least": LEAST_HOURS, "most": f"{MOST_HOURS:g}"},
            where=Where(parameter=name),
        )


def _record(actor: Any, row: Refresh, type: str, change: Change | None = None, **data: Any) -> None:
    record(
        actor,
        type,
        subject=f"endpoints/{row.endpoint.name}",
        project=row.endpoint.project,
        data={"endpoint": row.endpoint.name, "dataset": row.dataset, **data},
        notice=("collected", str(row.endpoint_id)),
        **sides(change),
    )
