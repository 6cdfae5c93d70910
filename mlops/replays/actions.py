"""Asking for a replay, stopping and deleting one."""

from __future__ import annotations

import math
from typing import Any, BinaryIO

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.blobs.models import Blob
from mlops.deployments.models import Deployment, Endpoint
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides
from mlops.formats.refusal import Refusal, Where
from mlops.formats.replaying import Tolerance
from mlops.packaging import leases
from mlops.packaging.asked_requests import kept_requests
from mlops.packaging.tables import table_of
from mlops.registry.models import ModelVersion
from mlops.replays.models import Replay
from mlops.replays.sides import label, named
from mlops.work.calls import later


def replay(
    actor: Any,
    endpoint: Endpoint,
    *,
    before: str,
    after: str,
    requests: BinaryIO | None = None,
    dataset: str = "",
    tolerance: Tolerance | None = None,
) -> Replay:
    """`before` and `after`: a deployment's name or `model:number`. `requests`: one a line, as JSON; else the rows of
    `dataset` (`name` or `name:version`)."""
    require(actor, "endpoints.traffic", endpoint.project)
    first = named(actor, endpoint, before, parameter="before")
    second = named(actor, endpoint, after, parameter="after")
    if first == second:
        message = _("Both sides are “%(name)s”.") % {"name": label(first)}
        raise Refusal("sides_equal", message, hint=_("Name two different ones."), where=Where(parameter="after"))
    rows = table_of(endpoint.project, dataset) if dataset.strip() else None
    kept, source = _requests(requests) if rows is None else (None, _("rows of %(dataset)s") % {"dataset": rows})
    with transaction.atomic():
        Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        last = Replay.objects.filter(endpoint=endpoint).aggregate(last=Max("number"))["last"] or 0
        made = Replay.objects.create(
            endpoint=endpoint,
            number=last + 1,
            **_columns("before", first),
            **_columns("after", second),
            recorded=kept,
            dataset=rows,
            source=source,
            tolerance=msgspec.to_builtins(checked(tolerance or Tolerance())),
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
        )
        _record(actor, made, "mlops.endpoint.replay_requested", before=made.before_label, after=made.after_label)
        later("replays.replay", str(made.pk))
    return made


def cancel(actor: Any, asked: Replay) -> Replay:
    """One that waits is cancelled at once; one under way within seconds."""
    require(actor, "endpoints.traffic", asked.endpoint.project)
    if asked.is_final:
        raise Refusal(
            "replay_ended",
            _("This replay has ended already (%(state)s).") % {"state": asked.get_state_display().lower()},
            status=409,
        )
    with transaction.atomic():
        leases.cancel(asked)
        _record(actor, asked, "mlops.endpoint.replay_cancelled")
    asked.refresh_from_db()
    return asked


def delete(actor: Any, asked: Replay) -> None:
    require(actor, "endpoints.traffic", asked.endpoint.project)
    if not asked.is_final:
        raise Refusal("replay_running", _("The replay has not ended."), hint=_("Cancel it first."), status=409)
    with transaction.atomic():
        _record(actor, asked, "mlops.endpoint.replay_deleted", gone(asked, leave_out=("report",)))
        asked.delete()


def checked(tolerance: Tolerance) -> Tolerance:
    for name in ("absolute", "relative"):
        value = getattr(tolerance, name)
        if not math.isfinite(value) or value < 0:
            message = _("The %(name)s tolerance is %(value)s.") % {"name": name, "value": value}
            hint = _("Give a number from 0 upward, such as 0.0001.")
            raise Refusal("tolerance_invalid", message, hint=hint, where=Where(parameter=name))
    return tolerance


def _columns(side: str, found: Deployment | ModelVersion) -> dict[str, Any]:
    is_deployment = isinstance(found, Deployment)
    return {
        f"{side}_deployment": found if is_deployment else None,
        f"{side}_version": None if is_deployment else found,
        f"{side}_label": label(found),
    }


def _requests(requests: BinaryIO | None) -> tuple[Blob, str]:
    where = Where(parameter="requests")
    if requests is None:
        hint = _("Give a file with one request a line, or name a dataset.")
        raise Refusal("requests_missing", _("There are no requests to replay."), hint=hint, where=where)
    return kept_requests(requests)


def _record(actor: Any, row: Replay, type: str, change: Change | None = None, **data: Any) -> None:
    subject = f"endpoints/{row.endpoint.name}/replays/{row.number}"
    notice = ("endpoint", str(row.endpoint_id))
    project = row.endpoint.project
    record(actor, type, subject=subject, project=project, data=data, notice=notice, **sides(change))
