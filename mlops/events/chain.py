"""Appending to the chain and checking it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mlops.access.models import Project
from mlops.events.catalogue.checking import check
from mlops.events.models import ChainHead, Event, Notice

GENESIS = "0" * 64


def record(
    actor: Any,
    type: str,
    *,
    subject: str,
    project: Project | None = None,
    data: dict[str, Any] | None = None,
    reason: str = "",
    notice: tuple[str, str] | None = None,
) -> Event:
    """Appends one event in the caller's transaction. `actor` None means the system's own workers.

    `type`, `subject` and `data` are as events.catalogue says; `notice` is (kind, ref) for open pages. Secrets must
    never be in `data`."""
    if settings.CHECK_EVENTS:
        check(type, subject=subject, data=data or {})
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().filter(pk=1).first()
        if head is None:
            head = ChainHead.objects.get_or_create(pk=1, defaults={"hash": GENESIS})[0]
        event = Event(
            type=type,
            project=project,
            actor=actor,
            actor_name=actor.get_username() if actor else "system",
            subject=subject,
            reason=reason,
            data=data or {},
            at=timezone.now(),
            previous_hash=head.hash,
        )
        event.hash = digest(event)
        event.save(force_insert=True)
        ChainHead.objects.filter(pk=1).update(hash=event.hash)
        if notice:
            notify(*notice, project=project)
    return event


def notify(kind: str, ref: str, *, project: Project | None) -> None:
    """Tells open pages of the project to look at `ref` again. No audit entry."""
    Notice.objects.create(kind=kind, ref=ref, project=project)


def digest(event: Event) -> str:
    """SHA-256 over the canonical JSON of the content and the hash before."""
    content = {
        "previous": event.previous_hash,
        "id": str(event.id),
        "type": event.type,
        "project": str(event.project_id or ""),
        "actor": event.actor_name,
        "subject": event.subject,
        "reason": event.reason,
        "data": event.data,
        "at": event.at.isoformat(),
    }
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def first_break() -> int | None:
    """The `seq` of the first event that does not follow from the one before, or None where the chain is whole."""
    previous = GENESIS
    for event in Event.objects.order_by("seq").iterator():
        if event.previous_hash != previous or event.hash != digest(event):
            return int(event.seq)
        previous = event.hash
    return None
