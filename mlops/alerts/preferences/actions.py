"""Changing one's own preferences. An address gets mail only after its owner has followed a link that was sent there."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access import mail
from mlops.access.limits import require_unlimited
from mlops.access.origins import link_to
from mlops.alerts.channels.email import send_mail
from mlops.alerts.channels.kind import Sent
from mlops.alerts.models import Digest, Preference, Severity, Way
from mlops.alerts.telling.message import Message
from mlops.alerts.telling.preferences import OFF, preference_of
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.refusal import Refusal, Where, nearest

SALT = "alerts address"
CONFIRM_DAYS = 7
LEAST = (*Severity.values, OFF)
FIELDS = (
    "time_zone", "email", "least", "silenced", "quiet_from", "quiet_until", "critical_breaks_quiet", "digest",
    "digest_at", "digest_day",
)  # fmt: skip


def change_preferences(actor: Any, **given: Any) -> Preference:
    """Only the given fields change. Raises Refusal `preference_invalid` with the field. A new address must be
    confirmed: see `ask_to_confirm`."""
    require_unlimited(actor, "account.manage")
    for name in given:
        if name not in FIELDS:
            raise _wrong(name, _("There is no preference “%s”.") % name, nearest(name, FIELDS))
    preference = preference_of(actor)
    before = preference.email
    for name, value in given.items():
        setattr(preference, name, _checked(name, value))
    if (preference.quiet_from is None) != (preference.quiet_until is None):
        raise _wrong("quiet_until", _("Quiet hours have a beginning and an end."), _("Give both times, or none."))
    if preference.email != before:
        preference.email_confirmed_at = None
    with transaction.atomic():
        was = stored(preference)
        preference.save()
        _record(preference, sorted(given), was)
    return preference


def ask_to_confirm(actor: Any) -> Sent:
    """Sends the link to the address that waits for it."""
    require_unlimited(actor, "account.manage")
    preference = preference_of(actor)
    if not preference.email:
        raise _wrong("email", _("There is no address to confirm."), _("Give one first."))
    signed = signing.dumps([actor.pk, preference.email], salt=SALT)
    message = Message(
        what="confirm",
        title=_("Confirm this address for alerts of MLOps Studio"),
        severity="info",
        lines=(_("%s wishes to get alerts here. If that is not you, do nothing.") % actor.get_username(),),
        url=link_to(f"/alerts/confirm/{signed}/"),
        at=timezone.now(),
    )
    return send_mail([preference.email], message)


def confirm_address(signed: str) -> Preference:
    """Whoever holds the link can read that mailbox. Raises Refusal `link_invalid`."""
    try:
        person, email = signing.loads(signed, salt=SALT, max_age=CONFIRM_DAYS * 86400)
    except signing.BadSignature:
        person, email = None, ""
    waiting = Preference.objects.filter(person=person, email=email) if person else Preference.objects.none()
    if not waiting.update(email_confirmed_at=timezone.now()):
        message, hint = _("This link is too old, or for another address."), _("Ask for a new one in your preferences.")
        raise Refusal("link_invalid", message, hint=hint, status=404)
    return waiting.get()


def stop_mail(person: Any) -> None:
    """Of a link in a mail: no more mail of alerts; everything else stays."""
    preference = preference_of(person)
    preference.least = {**preference.least, Way.EMAIL.value: OFF}
    with transaction.atomic():
        was = stored(preference)
        preference.save()
        _record(preference, ["least"], was)


def mail_is_possible() -> bool:
    return mail.is_set_up()


def _checked(name: str, value: Any) -> Any:
    if name == "time_zone":
        return _zone(str(value).strip() or "UTC")
    if name == "email":
        return _email(str(value).strip())
    if name == "least":
        return _least(value)
    if name in ("quiet_from", "quiet_until"):
        return _time(name, value) if value not in (None, "") else None
    if name == "digest_at":
        return _time(name, value)
    if name == "digest":
        if value not in Digest.values:
            raise _wrong(name, _("There is no such summary."), ", ".join(Digest.values))
        return value
    if name == "digest_day":
        if str(value) not in "0123456":
            raise _wrong(name, _("A day is a number."), _("0 is Monday, 6 is Sunday."))
        return int(value)
    return [str(one) for one in value] if name == "silenced" else bool(value)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = nearest(name, available_timezones()) or _("Such as Europe/Berlin.")
        raise _wrong("time_zone", _("There is no time zone “%s”.") % name, hint) from None
    return name


def _email(text: str) -> str:
    try:
        return mail.require_address(text) if text else ""
    except ValidationError as error:
        raise _wrong("email", " ".join(error.messages), _("Such as a@b.org.")) from None


def _least(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or any(one not in LEAST for one in value.values()):
        raise _wrong("least", _("Each way has a least severity."), ", ".join(LEAST))
    return {str(way): str(one) for way, one in value.items()}


def _time(name: str, value: Any) -> time:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise _wrong(name, _("“%s” is no time of day.") % value, _("Such as 22:00.")) from None


def _wrong(name: str, message: str, hint: str) -> Refusal:
    return Refusal("preference_invalid", message, hint=hint, where=Where(parameter=name))


def _record(preference: Preference, fields: list[str], was: dict[str, Any]) -> None:
    person, type = preference.person, "mlops.account.alert_preferences_changed"
    subject, now_is = f"people/{person.get_username()}", stored(preference)
    record(person, type, subject=subject, data={"fields": fields}, before=was, after=now_is)
