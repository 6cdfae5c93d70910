"""Appending to the chain and checking it."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.events import circumstances, lasting
from mlops.events.catalogue.checking import check
from mlops.events.models import ChainHead, Event, Notice
from mlops.formats.refusal import Refusal
from mlops.trail import carried, telling

_log = logging.getLogger(__name__)
GENESIS = "0" * 64
EXACT = 2.0**53
"""Up to here every whole number is a float of its own."""


def record(
    actor: Any,
    type: str,
    *,
    subject: str,
    project: Project | None = None,
    data: dict[str, Any] | None = None,
    reason: str = "",
    notice: tuple[str, str] | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Appends one event in the caller's transaction. `actor` None means the system's own workers.

    `type`, `subject` and `data` are as events.catalogue says; `notice` is (kind, ref) for open pages. `before` and
    `after` are the same facts of the subject: those that are equal are left out. Secrets must never be in any of
    them. Without a `reason` it is the one that the request gives."""
    was, now_is = differing(before or {}, after or {})
    if settings.CHECK_EVENTS:
        changed = None if before is None or after is None else {**was, **now_is}
        check(type, subject=subject, data=data or {}, changed=changed)
    around = circumstances.current()
    reason = reason or (around.reason if around else "")
    if actor is not None and around is not None and not reason:
        _require_none_is_due(type, around)
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().filter(pk=1).first()
        if head is None:
            head = ChainHead.objects.get_or_create(pk=1, defaults={"hash": GENESIS})[0]
        event = Event(
            type=type,
            project=project,
            actor=actor,
            actor_name=actor.get_username() if actor else circumstances.SYSTEM,
            subject=subject,
            reason=reason,
            data=plain(data or {}),
            before=plain(was),
            after=plain(now_is),
            via=around.told() if around else _carried(),
            at=timezone.now(),
            previous_hash=head.hash,
        )
        event.hash = digest(event)
        event.save(force_insert=True)
        ChainHead.objects.filter(pk=1).update(hash=event.hash)
        if notice:
            notify(*notice, project=project)
        transaction.on_commit(partial(_say, event, lasting.began()))
    return event


def _say(event: Event, began: float | None) -> None:
    """So that the log tells what a request did. Subjects may name people, and stay in the trail alone."""
    _log.info("%s is event %d.", event.type, event.seq)
    seconds = max(time.time() - began, 0.0) if began else 0.0
    telling.note(f"act {event.type}", {"event.seq": event.seq}, began=began, seconds=seconds)


def _carried() -> dict[str, str]:
    """Of a job: the request that set it going, or the call itself."""
    found = carried.correlation()
    return {"request": found} if found else {}


def _require_none_is_due(type: str, around: circumstances.Circumstances) -> None:
    """Raises Refusal `reason_required` (422) for what MLOPS_REASON_REQUIRED names: the act is rolled back."""
    if any(fnmatchcase(type, pattern) for pattern in settings.REASON_REQUIRED):
        around.reason_due = type
        raise Refusal(
            "reason_required",
            _("This server asks for a reason before it does this (%(type)s).") % {"type": type},
            hint=_("Say why: in the page, by --reason before the command, or by the header X-Reason."),
            status=422,
        )


def notify(kind: str, ref: str, *, project: Project | None) -> None:
    """Tells open pages of the project to look at `ref` again. No audit entry."""
    Notice.objects.create(kind=kind, ref=ref, project=project)


def notify_each(kind: str, refs: Iterable[str], *, project: Project | None) -> None:
    Notice.objects.bulk_create(Notice(kind=kind, ref=ref, project=project) for ref in refs)


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both without the facts that are equal; a fact that one of them lacks is None there."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def plain(value: Any) -> Any:
    """Such that every database gives it back as the same JSON: dates as text, whole numbers without an exponent."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) >= EXACT else value
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def digest(event: Event) -> str:
    """SHA-256 over the canonical JSON of the content and the hash before."""
    return hashlib.sha256(content_of(event)).hexdigest()


def content_of(event: Event) -> bytes:
    """What is hashed. Circumstances and changes are in it where there are any: older events have none."""
    content: dict[str, Any] = {
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
    more = {"via": event.via, "before": event.before, "after": event.after}
    content |= {name: value for name, value in more.items() if value}
    return msgspec.json.encode(content, order="sorted")
