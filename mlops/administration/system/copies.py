"""Backups: when the last one was taken and verified, as the audit trail tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.administration.system.standing import Standing
from mlops.events.models import Event

OLD = timedelta(days=7)


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    taken_at: datetime | None
    path: str
    bytes: int
    has_secret_key: bool
    verified_at: datetime | None
    """The last time that a backup of this server was read whole and found sound."""
    verified_path: str
    standing: Standing


def copies(now: datetime | None = None) -> Copies:
    taken, verified = _last("mlops.backup.taken"), _last("mlops.backup.verified")
    data: dict[str, Any] = taken.data if taken else {}
    return Copies(
        taken_at=taken.at if taken else None,
        path=data.get("path", ""),
        bytes=data.get("bytes", 0),
        has_secret_key=data.get("secret_key", False),
        verified_at=verified.at if verified else None,
        verified_path=verified.data["path"] if verified else "",
        standing=_standing(taken, verified, now or timezone.now()),
    )


def _last(type: str) -> Event | None:
    return Event.objects.filter(type=type).order_by("-seq").first()


def _standing(taken: Event | None, verified: Event | None, now: datetime) -> Standing:
    how = _("`mlops backup FILE` takes one while the server runs; take one each night, and keep it elsewhere.")
    if taken is None:
        return Standing(state="warning", why=_("No backup was ever taken."), remedy=how)
    if taken.data.get("missing"):
        return Standing(
            state="bad",
            why=_("The store had lost files that the last backup should hold: %d.") % taken.data["missing"],
            since=taken.at,
            remedy=_("Put those files back from an older backup: `mlops backup` names them."),
        )
    if now - taken.at > OLD:
        return Standing(state="warning", why=_("The last backup is older than a week."), since=taken.at, remedy=how)
    if verified is None or verified.at < taken.at:
        return Standing(
            state="warning",
            why=_("The last backup was not verified."),
            since=taken.at,
            remedy=_("`mlops backup --verify FILE` reads it whole."),
        )
    return Standing(state="ok", why=_("The last backup was verified."), since=verified.at)
