"""Setting a second factor up, showing it, and taking it off."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.sealing import seal, unseal
from mlops.accounts.factors.rules import is_required
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

Kind = Authenticator.Type
ISSUER = "MLOps Studio"


def new_secret() -> str:
    """Base 32, as authenticator apps take it."""
    return str(totp.generate_totp_secret())


def address_of(person: User, secret: str) -> str:
    """What a QR code says to an app (Key URI Format): SHA-1, six digits, 30 seconds."""
    label = quote(f"{ISSUER}:{person.get_username()}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(ISSUER)}"


def set_up_app(person: User, *, secret: str, code: str) -> list[str]:
    """The recovery codes, which are shown once. Raises Refusal `code_wrong`, `factor_exists`."""
    counter = _counter_of(secret, code, after=0)
    if counter is None:
        hint = _("Check that the clock of the phone is right, and type the code that it shows now.")
        raise Refusal("code_wrong", _("That code does not belong to this secret."), hint=hint, status=422)
    with transaction.atomic():
        if Authenticator.objects.filter(user=person, type=Kind.TOTP).exists():
            hint = _("Remove it first.")
            raise Refusal("factor_exists", _("An authenticator app is set up already."), hint=hint, status=409)
        data = {"secret": seal(secret), "counter": counter}
        Authenticator.objects.create(user=person, type=Kind.TOTP, data=data)
        codes = new_codes(person)
        record(person, "mlops.account.factor_added", subject=_subject(person), data={"kind": "app"})
    return codes


def renew_codes(person: User) -> list[str]:
    """New recovery codes in place of the old ones."""
    with transaction.atomic():
        codes = new_codes(person)
        record(person, "mlops.account.codes_renewed", subject=_subject(person))
    return codes


def remove(actor: Any, *, person: User, reason: str = "") -> None:
    """One's own, or as an administrator that of somebody who lost the phone. Raises Refusal `forbidden`,
    `factor_required`."""
    if actor != person:
        require_administrator(actor, _("Only an administrator may do this for somebody else."))
    if actor == person:
        require_removable(person)
    with transaction.atomic():
        if Authenticator.objects.filter(user=person).delete()[0]:
            was, now_is = {"second_factor": True}, {"second_factor": False}
            record(
                actor, "mlops.account.factor_removed", subject=_subject(person), reason=reason,
                before=was, after=now_is,
            )  # fmt: skip


def require_removable(person: User) -> None:
    """For who takes off the last one of their own. Raises Refusal `factor_required`."""
    if is_required(person):
        hint = _("An administrator can remove it, so that you set up another.")
        raise Refusal("factor_required", _("This server requires a second factor of you."), hint=hint, status=409)


def check(person: User, code: str) -> str:
    """`app` or `recovery`, and an empty text where the code is wrong or was used. Safe with many processes."""
    code = "".join(code.split()).replace("-", "")
    with transaction.atomic():
        rows = {row.type: row for row in Authenticator.objects.select_for_update(no_key=True).filter(user=person)}
        app, codes = rows.get(Kind.TOTP), rows.get(Kind.RECOVERY_CODES)
        if app is not None and (counter := _counter_of(unseal(app.data["secret"]), code, after=app.data["counter"])):
            app.data["counter"], app.last_used_at = counter, timezone.now()
            app.save(update_fields=["data", "last_used_at"])
            return "app"
        if codes is not None and RecoveryCodes(codes).validate_code(code):
            Authenticator.objects.filter(pk=codes.pk).update(last_used_at=timezone.now())
            return "recovery"
    return ""


def codes_left(person: User) -> int:
    row = Authenticator.objects.filter(user=person, type=Kind.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def _counter_of(secret: str, code: str, *, after: int) -> int | None:
    """The 30 seconds that the code belongs to, which must be later than what was used last (RFC 6238, 5.2)."""
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if counter > after and hmac.compare_digest(expected.encode(), code.strip().encode()):
            return int(counter)
    return None


def new_codes(person: User) -> list[str]:
    """In place of earlier ones, in the caller's transaction."""
    Authenticator.objects.filter(user=person, type=Kind.RECOVERY_CODES).delete()
    return [str(code) for code in RecoveryCodes.activate(person).generate_codes()]


def _subject(person: User) -> str:
    return f"people/{person.get_username()}"
