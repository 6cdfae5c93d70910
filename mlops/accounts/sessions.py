"""Where a person is signed in: one row a session, kept by the signal of signing in and by each visit."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.accounts.models import SignedIn
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

CONFIRMED = "confirmed-at"
seen: dict[str, float] = {}
"""When this process last noted a session: a visit costs a write at most once a minute."""


def sessions_of(person: Any) -> list[SignedIn]:
    """The living ones, the latest first."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(SignedIn.objects.filter(user=person, session_key__in=living).order_by("-seen_at"))


def end(actor: Any, *, session_id: uuid.UUID | str) -> None:
    """One of one's own sessions. Raises Refusal `not_found`."""
    with transaction.atomic():
        row = SignedIn.objects.filter(pk=session_id, user=actor).first()
        if row is None:
            raise Refusal("not_found", _("There is no such session, or it is not yours."), status=404)
        end_rows([row])
        record(actor, "mlops.account.sessions_ended", subject=_subject(actor), data={"count": 1})


def end_others(actor: Any, *, person: User, but: str | None) -> int:
    """All of a person's but the one with that key. One's own, or as an administrator anybody's."""
    if actor != person:
        require_administrator(actor, _("Only an administrator may end the sessions of others."))
    with transaction.atomic():
        rows = list(SignedIn.objects.filter(user=person).exclude(session_key=but or ""))
        end_rows(rows)
        if rows:
            record(actor, "mlops.account.sessions_ended", subject=_subject(person), data={"count": len(rows)})
    return len(rows)


def end_rows(rows: list[SignedIn]) -> None:
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    SignedIn.objects.filter(pk__in=[row.pk for row in rows]).delete()


@receiver(user_logged_in)
def _begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    request.session[CONFIRMED] = time.time()
    key = request.session.session_key
    if not key:
        return
    seen[key] = time.monotonic()
    SignedIn.objects.filter(
        user=user, seen_at__lt=timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ).delete()
    address = str(request.META.get("REMOTE_ADDR") or "")[:45]
    facts = {"user": user, "address": address, "agent": request.headers.get("User-Agent", "")[:300]}
    SignedIn.objects.update_or_create(session_key=key, defaults=facts)


@receiver(user_logged_out)
def _stop(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    SignedIn.objects.filter(session_key=request.session.session_key or "").delete()


def _subject(person: Any) -> str:
    return f"people/{person.get_username()}"
