"""Who guesses has to wait: wrong attempts are counted for a name from an address, and for an address alone.

The counts are rows of django-axes, so that all web processes agree; axes' own backend asks here too, which guards every
other way to `django.contrib.auth.authenticate`. The address counts for guessing one password of many people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

TOKENS = "(token)"
"""Stands for a name where a token was wrong: a program with an old token keeps nobody from typing a password."""
NAME_CHARACTERS = 150


def require_allowed(name: str, address: str) -> None:
    """Raises Refusal `too_many_attempts` (429, with `retry_after` in seconds)."""
    now = timezone.now()
    here = _fresh(address)
    for moment, message in (
        (_until(_of_name(here, name), settings.LOCKOUT_ATTEMPTS), _("Too many wrong attempts for this name.")),
        (_until(_of_people(here), settings.LOCKOUT_ADDRESS_ATTEMPTS), _("Too many wrong attempts from here.")),
    ):
        if moment is not None and moment > now:
            raise _refusal(message, moment, now)


def require_tokens_allowed(address: str) -> None:
    """For requests whose token is wrong: right ones never come here. Raises as `require_allowed`."""
    now = timezone.now()
    moment = _until(_of_name(_fresh(address), TOKENS), settings.LOCKOUT_ADDRESS_ATTEMPTS)
    if moment is not None:
        raise _refusal(_("Too many wrong tokens from here."), moment, now)


def count(name: str, address: str) -> None:
    """One more wrong attempt. The one that reaches a limit is an event."""
    now = timezone.now()
    key = {"username": _key(name), "ip_address": address or None, "user_agent": ""}
    with transaction.atomic():
        AccessAttempt.objects.filter(attempt_time__lte=now - _span()).delete()
        if not _add(key, now):
            AccessAttempt.objects.create(**key, failures_since_start=1, get_data="", post_data="")
        here = _fresh(address)
        of_name, of_address = _failures(_of_name(here, name)), _failures(_of_people(here))
        most = settings.LOCKOUT_ADDRESS_ATTEMPTS if name == TOKENS else settings.LOCKOUT_ATTEMPTS
        if of_name == most or (of_address == settings.LOCKOUT_ADDRESS_ATTEMPTS and name != TOKENS):
            _tell(name, address, attempts=max(of_name, of_address), until=now + _span())


def forget(name: str, address: str) -> None:
    """After a right password. What else was tried from the address stays counted."""
    rows = AccessAttempt.objects.filter(username=_key(name), ip_address=address or None)
    if rows.exists():  # deleting takes the lock of writers even where there is nothing, and programs come often
        rows.delete()


def locked_names() -> list[AccessAttempt]:
    """Those who have to wait at this moment, with `until`, the latest first."""
    rows = AccessAttempt.objects.filter(
        attempt_time__gt=timezone.now() - _span(), failures_since_start__gte=settings.LOCKOUT_ATTEMPTS
    ).exclude(username=TOKENS)
    found = list(rows.order_by("-attempt_time")[:200])
    for one in found:
        one.until = one.attempt_time + _span()
    return found


def free(actor: Any, *, name: str) -> int:
    """An administrator lets a name try again from everywhere, and those addresses too. How many waits ended."""
    require_administrator(actor, _("Only an administrator may end a wait."))
    with transaction.atomic():
        addresses = list(AccessAttempt.objects.filter(username=_key(name)).values_list("ip_address", flat=True))
        freed = AccessAttempt.objects.filter(username=_key(name)).delete()[0]
        AccessAttempt.objects.filter(ip_address__in=addresses).exclude(username=TOKENS).delete()
        if freed:
            was, now_is = {"waits": True}, {"waits": False}
            record(actor, "mlops.account.freed", subject=_subject(name), before=was, after=now_is)
    return int(freed)


class Lockout(AbstractAxesHandler, AxesBaseHandler):  # type: ignore[misc]
    """What axes' backend and signals ask: AXES_HANDLER."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        try:
            require_allowed(str((credentials or {}).get("username") or ""), address_of(request))
        except Refusal:
            return True
        return False

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        name = str((credentials or {}).get("username") or "")
        return _failures(_of_name(_fresh(address_of(request)), name))

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Counted for whichever door it was, but not while it is closed: that would never let it open."""
        name = str(credentials.get("username") or "")
        if request is not None and not self.is_locked(request, {"username": name}):
            count(name, address_of(request))

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        forget(user.get_username(), address_of(request))

    def user_logged_out(self, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None: ...

    def post_save_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None: ...

    def post_delete_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None: ...


def address_of(request: HttpRequest) -> str:
    """As uvicorn tells it: that of the caller, where a proxy of this machine passes it on."""
    return str(request.META.get("REMOTE_ADDR") or "")


def _add(key: dict[str, Any], now: datetime) -> bool:
    more = F("failures_since_start") + 1
    return bool(AccessAttempt.objects.filter(**key).update(failures_since_start=more, attempt_time=now))


def _until(attempts: list[AccessAttempt], most: int) -> datetime | None:
    """When enough of the attempts are forgotten, or None where they are fewer than `most` (0: any number)."""
    left = _failures(attempts)
    if not most or left < most:
        return None
    for one in attempts:
        left -= one.failures_since_start
        if left < most:
            until: datetime = one.attempt_time + _span()
            return until
    return None


def _fresh(address: str) -> list[AccessAttempt]:
    """The attempts from there that count still, the oldest first."""
    rows = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - _span(), ip_address=address or None)
    return list(rows.only("username", "attempt_time", "failures_since_start").order_by("attempt_time"))


def _of_name(attempts: list[AccessAttempt], name: str) -> list[AccessAttempt]:
    return [one for one in attempts if one.username == _key(name)]


def _of_people(attempts: list[AccessAttempt]) -> list[AccessAttempt]:
    return [one for one in attempts if one.username != TOKENS]


def _failures(attempts: list[AccessAttempt]) -> int:
    return sum(one.failures_since_start for one in attempts)


def _span() -> timedelta:
    return timedelta(minutes=settings.LOCKOUT_MINUTES)


def _key(name: str) -> str:
    return name.strip().lower().replace("\0", "")[:NAME_CHARACTERS]


def _refusal(message: str, moment: datetime, now: datetime) -> Refusal:
    seconds = max(1, round((moment - now).total_seconds()))
    hint = _("Try again in %(seconds)d seconds, at %(time)s UTC, or ask an administrator to free you.")
    refusal = Refusal(
        "too_many_attempts", message, hint=hint % {"seconds": seconds, "time": f"{moment:%H:%M:%S}"}, status=429
    )
    refusal.retry_after = seconds
    return refusal


def _tell(name: str, address: str, *, attempts: int, until: datetime) -> None:
    data = {"address": address, "attempts": attempts, "until": until.isoformat()}
    record(None, "mlops.account.locked", subject=_subject(name), data=data)


def _subject(name: str) -> str:
    """What was typed for a name may be a password: only names of people are told."""
    known = User.objects.filter(username__iexact=_key(name)).values_list("username", flat=True).first()
    return f"people/{known or ('(token)' if name == TOKENS else '(unknown)')}"
