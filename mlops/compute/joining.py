"""Machines join by a token that an administrator made: it works once, within its time, and what it opens is all that
a worker needs, the secret key among it."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.accounts.secret import digest
from mlops.compute.handing_out import handed_out, obstacles
from mlops.compute.models import JoinToken
from mlops.events.chain import record
from mlops.events.facts import Change, sides
from mlops.formats.labels import read_labels, written_labels
from mlops.formats.refusal import Refusal, Where

PREFIX = "mlj_"
USUAL_MINUTES, MOST_MINUTES = 60, 7 * 24 * 60
MOST_SLOTS = 1024
KEPT = timedelta(days=7)
HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")


def create_join_token(
    actor: Any, *, note: str = "", labels: str = "", slots: int | None = None, minutes: int = USUAL_MINUTES
) -> tuple[JoinToken, str]:
    """The row, and the secret, which cannot be shown again. Raises Refusal `cannot_be_joined`, `join_invalid`."""
    _require(actor)
    _require_joinable()
    if not 1 <= minutes <= MOST_MINUTES:
        message = _("A token of this kind is good for a minute to a week.")
        raise Refusal("join_invalid", message, hint=_("Say it in minutes."), where=Where(parameter="minutes"))
    if slots is not None and not 0 <= slots <= MOST_SLOTS:
        message = _("A worker runs from 0 to %(most)d steps at once.") % {"most": MOST_SLOTS}
        raise Refusal("join_invalid", message, where=Where(parameter="slots"))
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = JoinToken.objects.create(
            note=note.strip()[:200],
            digest=digest(secret),
            labels=read_labels(labels),
            slots=slots,
            expires_at=timezone.now() + timedelta(minutes=minutes),
            created_by=actor,
        )
        data = {"labels": token.labels, "note": token.note, "expires_at": token.expires_at.isoformat()}
        record(actor, "mlops.worker.join_token_created", subject=f"join-tokens/{token.pk}", data=data)
    return token, secret


def revoke_join_token(actor: Any, token: JoinToken) -> None:
    """Raises Refusal `join_token_spent` where it was used, ran out, or was revoked."""
    _require(actor)
    with transaction.atomic():
        if not _good().filter(pk=token.pk).update(revoked_at=timezone.now()):
            raise Refusal("join_token_spent", _("This token is of no use any more."), status=409)
        change: Change = ({"is_good": True}, {"is_good": False})
        data = {"note": token.note}
        record(actor, "mlops.worker.join_token_revoked", subject=f"join-tokens/{token.pk}", data=data, **sides(change))
    token.refresh_from_db()


def join(secret: str, *, host: str, address: str) -> dict[str, str] | None:
    """The settings for the machine `host`; None where the secret is not that of a token that is good. Raises Refusal
    `cannot_be_joined`, which leaves the token good."""
    token = _good().filter(digest=digest(secret)).select_related("created_by").first()
    if token is None:
        return None
    if not HOST.fullmatch(host):
        message = _("The machine's name cannot be a worker's.")
        raise Refusal("join_invalid", message, hint=_("Letters, digits, “.”, “_” and “-”."))
    _require_joinable(address)
    found = handed_out()
    if token.labels:
        found["MLOPS_WORKER_LABELS"] = written_labels(token.labels)
    if token.slots is not None:
        found["MLOPS_STEP_SLOTS"] = str(token.slots)
    with transaction.atomic():
        used = {"used_at": timezone.now(), "used_by": host, "used_from": address}
        if not _good().filter(pk=token.pk).update(**used):
            return None  # somebody else was faster
        data = {"host": host, "address": address, "token": str(token.pk), "labels": token.labels}
        record(token.created_by, "mlops.worker.joined", subject=f"workers/{host}", data=data)
    return found


def forget_old(now: datetime | None = None) -> None:
    """A week after they are of no use; the audit trail keeps who joined."""
    JoinToken.objects.filter(expires_at__lt=(now or timezone.now()) - KEPT).delete()


def _good() -> QuerySet[JoinToken]:
    active = Q(created_by__is_active=True, created_by__is_superuser=True)
    return JoinToken.objects.filter(active, used_at=None, revoked_at=None, expires_at__gt=timezone.now())


def _require_joinable(address: str = "") -> None:
    if against := obstacles(from_address=address):
        hint = _("The guide “Many machines” says what several machines share.")
        raise Refusal("cannot_be_joined", " ".join(against), hint=hint, status=409)


def _require(actor: Any) -> None:
    hint = _("Ask an administrator of this server.")
    require_administrator(actor, _("Only an administrator may let machines join."), hint)
