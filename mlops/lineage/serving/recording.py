"""Writes a row each time that something else stands behind an endpoint: with the event that says why, in its
transaction; and by a regular look, for what changed without an event."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Max
from django.db.models.signals import post_save
from django.utils import timezone

from mlops.deployments.models import Endpoint
from mlops.events.models import Event
from mlops.lineage.models import Serving
from mlops.lineage.serving.states import Served, served_by

GONE, DEPLOYMENT_GONE = "mlops.endpoint.deleted", "mlops.deployment.deleted"
PREFIX = "endpoints/"


def begin() -> None:
    post_save.connect(_event, sender=Event, dispatch_uid="lineage serving")


def look() -> int:
    """How many endpoints had changed without an event, or were never recorded."""
    known = set()
    written = 0
    for endpoint in Endpoint.objects.select_related("project"):
        known.add(endpoint.pk)
        written += _keep(endpoint, served_by(endpoint), at=timezone.now())
    newest = Serving.objects.exclude(endpoint_id__in=known).values("endpoint_id").annotate(last=Max("pk"))
    lost = Serving.objects.filter(pk__in=[one["last"] for one in newest.order_by()], is_gone=False)
    for row in lost:
        gone = {"project_id": row.project_id, "endpoint_id": row.endpoint_id, "endpoint": row.endpoint}
        Serving.objects.create(**gone, at=timezone.now(), is_gone=True)
        written += 1
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
    plain = msgspec.json.decode(msgspec.json.encode(state))
    last = Serving.objects.filter(endpoint_id=endpoint.pk).order_by("-pk").first()
    if last is not None and last.state == plain and last.is_gone == is_gone:
        return False
    Serving.objects.create(
        project=endpoint.project,
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
