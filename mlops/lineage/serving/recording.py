"""Writes a row each time that something else stands behind an endpoint: with the event that says why, in its
transaction; and by a regular look, for what changed without an event."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models.signals import post_save
from django.utils import timezone

from mlops.deployments.models import Endpoint
from mlops.events.models import Event
from mlops.lineage.models import Serving
from mlops.lineage.serving.instant import newest_of_each
from mlops.lineage.serving.states import Served, deployments_of, served_by

GONE, DEPLOYMENT_GONE = "mlops.endpoint.deleted", "mlops.deployment.deleted"
PREFIX = "endpoints/"


def begin() -> None:
    post_save.connect(_event, sender=Event, dispatch_uid="lineage serving")


def look() -> int:
    """How many endpoints had changed without an event, or were never recorded.

    All are compared in a few queries; only what differs is read once more, since an event may have come between."""
    newest = {row.endpoint_id: row for row in newest_of_each(Serving.objects.all())}
    endpoints = Endpoint.objects.select_related("project")
    rows = deployments_of(endpoints)
    written = 0
    for endpoint in endpoints:
        last = newest.pop(endpoint.pk, None)
        state = served_by(endpoint, rows=rows.get(endpoint.pk, ()))
        if _is_told(last, _plain(state)):
            continue
        if (now := Endpoint.objects.filter(pk=endpoint.pk).first()) is not None:
            written += _keep(now, served_by(now), at=timezone.now())
    for row in newest.values():
        if not row.is_gone:
            gone = Endpoint(pk=row.endpoint_id, project_id=row.project_id, name=row.endpoint)
            written += _keep(gone, Served(), at=timezone.now(), is_gone=True)
    return written


def _event(instance: Event, created: bool, **_: Any) -> None:
    if not created or not instance.subject.startswith(PREFIX) or instance.project_id is None:
        return
    name, _slash, rest = instance.subject.removeprefix(PREFIX).partition("/")
    endpoint = Endpoint.objects.filter(project=instance.project_id, name=name).select_related("project").first()
    if endpoint is None:
        return
    is_gone = instance.type == GONE
    without = [rest] if instance.type == DEPLOYMENT_GONE else []
    state = Served() if is_gone else served_by(endpoint, without=without)
    _keep(endpoint, state, at=instance.at, event=instance, is_gone=is_gone)


def _keep(endpoint: Endpoint, state: Served, *, at: Any, event: Event | None = None, is_gone: bool = False) -> bool:
    """Only where it differs from the newest row."""
    plain = _plain(state)
    if _is_told(Serving.objects.filter(endpoint_id=endpoint.pk).order_by("-pk").first(), plain, is_gone=is_gone):
        return False
    Serving.objects.create(
        project_id=endpoint.project_id,
        endpoint_id=endpoint.pk,
        endpoint=endpoint.name,
        at=at,
        event=event.seq if event else None,
        because=event.type if event else "",
        by=event.actor_name if event else "",
        reason=event.reason if event else "",
        is_gone=is_gone,
        state=plain,
    )
    return True


def _plain(state: Served) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(state))
    return found


def _is_told(last: Serving | None, plain: dict[str, Any], *, is_gone: bool = False) -> bool:
    return last is not None and last.state == plain and last.is_gone == is_gone
