"""Releases: a newly registered model version begins a workflow at the host, once; a call that fails is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.events.models import Event
from mlops.formats.refusal import Refusal, Where
from mlops.repositories.hosts import dispatch
from mlops.repositories.models import Host, Release, ReleaseCall, Repository
from mlops.repositories.wanted import require_length

REGISTERED = "mlops.model.registered"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
MOST_AT_ONCE = 500


def create_release(
    actor: Any,
    row: Repository,
    *,
    name: str,
    model: str = "*",
    tags: Mapping[str, str] | None = None,
    event: str = "mlops-model-registered",
    branch: str = "",
) -> Release:
    """From now on. Raises Refusal `release_invalid`, `name_taken`."""
    require(actor, "own", row.project)
    if not NAME.fullmatch(name) or not NAME.fullmatch(event):
        raise _invalid("name", _("Names are letters, digits, “-”, “_” and “.”."))
    if row.host == Host.PLAIN or not row.secret:
        raise _invalid("repository", _("Workflows are begun at GitHub, GitLab and Gitea, and that needs a token."))
    with transaction.atomic():
        if Release.objects.filter(repository=row, name=name).exists():
            raise Refusal("name_taken", _("There is already a release “%s” here.") % name, status=409)
        made = Release.objects.create(
            repository=row,
            name=name,
            model=require_length(model, 255, "model") or "*",
            tags={str(key): str(value) for key, value in (tags or {}).items()},
            event=event,
            branch=require_length(branch, 200, "branch"),
            cursor=Event.objects.aggregate(last=Max("seq"))["last"] or 0,
            created_by=actor,
        )
        _tell(actor, made, "created")
    return made


def delete_release(actor: Any, release: Release) -> None:
    require(actor, "own", release.repository.project)
    with transaction.atomic():
        _tell(actor, release, "deleted")
        Release.objects.filter(pk=release.pk).delete()


def hand_out() -> None:
    """A call for each version that was registered since the last look."""
    last = Event.objects.aggregate(last=Max("seq"))["last"] or 0
    for pk in Release.objects.filter(is_enabled=True, cursor__lt=last).values_list("pk", flat=True):
        with transaction.atomic():
            release = Release.objects.select_for_update().select_related("repository").get(pk=pk)
            new = Event.objects.filter(
                type=REGISTERED, project=release.repository.project_id, seq__gt=release.cursor, seq__lte=last
            ).order_by("seq")
            part = list(new[:MOST_AT_ONCE])
            for event in part:
                if _is_wanted(release, event.data):
                    _queue(release, event)
            Release.objects.filter(pk=pk).update(cursor=part[-1].seq if len(part) == MOST_AT_ONCE else last)


def due(now: datetime) -> list[int]:
    return list(ReleaseCall.objects.filter(next_at__lte=now).values_list("pk", flat=True)[:50])


def send(call_id: int) -> None:
    """By one worker at a time."""
    now = timezone.now()
    rows = ReleaseCall.objects.filter(pk=call_id)
    if not rows.filter(next_at__lte=now).update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return
    call = rows.select_related("release__repository__project").get()
    release = call.release
    row = release.repository
    facts = {
        "model": call.model,
        "version": str(call.version),
        "project": row.project.slug,
        "server": env.read("MLOPS_URL").rstrip("/"),
    }
    try:
        dispatch(row, event=release.event, branch=release.branch or row.branch or "main", facts=facts)
    except Refusal as refusal:
        is_last = call.attempts >= MOST_ATTEMPTS
        again = None if is_last else now + timedelta(seconds=min(15 * 2**call.attempts, 3_600))
        told = {"reason": refusal.message, "hint": refusal.hint, "next_at": again, "state_since": now}
        rows.update(state="failed" if is_last else "waiting", **told)
        return
    with transaction.atomic():
        rows.update(state="told", reason="", hint="", next_at=None, state_since=now)
        _tell(None, release, "started", version=f"{call.model}:{call.version}")


def _is_wanted(release: Release, data: Mapping[str, Any]) -> bool:
    tags = data.get("tags") or {}
    is_tagged = all(tags.get(key) == value for key, value in release.tags.items())
    return is_tagged and fnmatchcase(str(data.get("name", "")), release.model)


def _queue(release: Release, event: Event) -> None:
    now = timezone.now()
    ReleaseCall.objects.get_or_create(
        release=release,
        event_seq=event.seq,
        defaults={
            "model": str(event.data["name"]),
            "version": int(event.data["version"]),
            "state_since": now,
            "next_at": now,
        },
    )


def _tell(actor: Any, release: Release, verb: str, *, version: str = "") -> None:
    row = release.repository
    data = {"repository": row.name, "name": release.name, "model": release.model, "version": version}
    record(
        actor,
        f"mlops.release.{verb}",
        subject=f"repositories/{row.pk}",
        project=row.project,
        data=data,
        notice=("repository", str(row.pk)),
    )


def _invalid(parameter: str, message: str) -> Refusal:
    hint = _("Such as: mlops repository release -n churn --release deploy --model churn.")
    return Refusal("release_invalid", message, hint=hint, status=422, where=Where(parameter=parameter))
