"""Passkeys (WebAuthn): kept, used to sign in, and used as second factor.

A row is one of allauth's; `data` has `name`, `id` (of the credential), `key` (credential data, with the public key
alone), `counter`, and `handle`, by which the authenticator knows the person. Nothing of it is secret. The challenge is
in the session, good for some minutes and once."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.accounts.factors import actions, rules
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

STATE = "passkey-state"
SECONDS = 300
MOST = 20
NAME_CHARACTERS = 60
BYTES = 20_000


def passkeys_of(person: Any) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user=person, type=rules.PASSKEY).order_by("created_at"))


def begin_adding(request: HttpRequest, person: User) -> str:
    """The options for the browser, as JSON. Authenticators that the person uses already are left out."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    known = passkeys_of(person)
    if len(known) >= MOST:
        hint = _("Remove one that you no longer use.")
        raise Refusal("too_many_passkeys", _("You have %d passkeys already.") % MOST, hint=hint, status=409)
    handle = bytes.fromhex(known[0].data["handle"]) if known else secrets.token_bytes(32)
    name = person.get_username()
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=name, display_name=name),
        credentials=[_key_of(row) for row in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    _keep(request, state | {"handle": handle.hex()}, use="add")
    return json.dumps(dict(options))


def finish_adding(request: HttpRequest, person: User, *, name: str, answer: str) -> list[str]:
    """Recovery codes, where the person had no second factor before. Raises Refusal `passkey_wrong`, `name_too_long`."""
    name = name.strip() or _("Passkey")
    if len(name) > NAME_CHARACTERS:
        raise Refusal("name_too_long", _("The name has at most %d characters.") % NAME_CHARACTERS, status=422)
    state = _state(request, use="add")
    try:
        made = _server(request).register_complete(state, _read(answer))
        key = made.credential_data
        if key is None:
            raise ValueError("no credential")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong() from error
    with transaction.atomic():
        if _row_of(key.credential_id) is not None:
            raise Refusal("passkey_known", _("This passkey is registered already."), status=409)
        had_one = rules.has_factor(person)
        data = {
            "name": name,
            "id": key.credential_id.hex(),
            "key": bytes(key).hex(),
            "counter": made.counter,
            "handle": state["handle"],
        }
        Authenticator.objects.create(user=person, type=rules.PASSKEY, data=data)
        record(person, "mlops.account.factor_added", subject=_subject(person), data={"kind": "passkey", "name": name})
        return [] if had_one else actions.new_codes(person)


def begin_proving(request: HttpRequest, person: User | None = None) -> str:
    """The options for the browser, as JSON. Of nobody in particular: the passkey says who it is, and must have
    verified the person (by finger, face or PIN), because nothing else is asked."""
    from fido2.webauthn import UserVerificationRequirement

    known = [_key_of(row) for row in passkeys_of(person)] if person is not None else []
    wanted = UserVerificationRequirement.PREFERRED if person is not None else UserVerificationRequirement.REQUIRED
    options, state = _server(request).authenticate_begin(known or None, user_verification=wanted)
    _keep(request, state, use="prove" if person is not None else "enter")
    return json.dumps(dict(options))


def prove(request: HttpRequest, person: User | None, answer: str) -> User:
    """Whose passkey it is; `person` None: anybody's. Raises Refusal `passkey_wrong` (422)."""
    state = _state(request, use="prove" if person is not None else "enter")
    try:
        given = _read(answer)
        row = _row_of(_credential_id(given))
        if row is None or not row.user.is_active or (person is not None and row.user_id != person.pk):
            raise ValueError("unknown credential")
        _server(request).authenticate_complete(state, [_key_of(row)], given)
        counter = _counter(given)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong() from error
    if not _advance(row, counter):
        hint = _("It may have been copied. Remove it, and register the device anew.")
        raise Refusal("passkey_copied", _("This passkey was used elsewhere in the meantime."), hint=hint, status=422)
    found: User = row.user
    return found


def remove(person: User, *, number: str) -> None:
    """One of one's own. Raises Refusal `not_found`, `factor_required`."""
    with transaction.atomic():
        rows = {str(row.pk): row for row in Authenticator.objects.select_for_update().filter(user=person)}
        row = rows.get(number)
        if row is None or row.type != rules.PASSKEY:
            raise Refusal("not_found", _("There is no such passkey, or it is not yours."), status=404)
        is_last = not any(one.type in rules.FACTORS for one in rows.values() if one.pk != row.pk)
        if is_last:
            actions.require_removable(person)
            Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
        record(
            person, "mlops.account.factor_removed", subject=_subject(person),
            data={"kind": "passkey", "name": row.data["name"]},
            before={"second_factor": True}, after={"second_factor": not is_last},
        )  # fmt: skip
        row.delete()


def _server(request: HttpRequest) -> Any:
    """Bound to the name by which the browser knows this server: browsers take names alone, and no addresses."""
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    name = urlsplit(f"//{request.get_host()}").hostname or ""
    party = PublicKeyCredentialRpEntity(id=name, name=actions.ISSUER)
    ours = {f"{request.scheme}://{request.get_host()}", env.read("MLOPS_URL").rstrip("/")}
    return Fido2Server(party, verify_origin=lambda origin: origin in ours)


def _keep(request: HttpRequest, state: dict[str, Any], *, use: str) -> None:
    request.session[STATE] = {**state, "use": use, "until": time.time() + SECONDS}


def _state(request: HttpRequest, *, use: str) -> dict[str, Any]:
    """Used up by looking. Raises Refusal `passkey_late`."""
    state: dict[str, Any] = request.session.pop(STATE, None) or {}
    if state.get("use") != use or state["until"] < time.time():
        hint = _("Begin again.")
        raise Refusal(
            "passkey_late", _("This question to your passkey is too old, or was answered."), hint=hint, status=422
        )
    return state


def _read(answer: str) -> dict[str, Any]:
    """Raises ValueError."""
    if len(answer) > BYTES:
        raise ValueError("too long")
    given = json.loads(answer)
    if not isinstance(given, dict):
        raise ValueError("no object")
    return given


def _credential_id(given: dict[str, Any]) -> bytes:
    from fido2.utils import websafe_decode

    return bytes(websafe_decode(str(given["id"])))


def _counter(given: dict[str, Any]) -> int:
    from fido2.webauthn import AuthenticationResponse

    return int(AuthenticationResponse.from_dict(given).response.authenticator_data.counter)


def _advance(row: Authenticator, counter: int) -> bool:
    """Authenticators that count must have counted on (WebAuthn 7.2, step 22). Safe with many processes."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().filter(pk=row.pk).first()
        if kept is None or ((counter or kept.data["counter"]) and counter <= kept.data["counter"]):
            return False
        kept.data["counter"], kept.last_used_at = counter, timezone.now()
        kept.save(update_fields=["data", "last_used_at"])
    return True


def _row_of(credential_id: bytes) -> Authenticator | None:
    rows = Authenticator.objects.filter(type=rules.PASSKEY, data__id=credential_id.hex())
    return rows.select_related("user").first()


def _key_of(row: Authenticator) -> Any:
    from fido2.webauthn import AttestedCredentialData

    return AttestedCredentialData(bytes.fromhex(row.data["key"]))


def _wrong() -> Refusal:
    hint = _("Try again, or use another way.")
    return Refusal("passkey_wrong", _("This passkey does not open this account here."), hint=hint, status=422)


def _subject(person: User) -> str:
    return f"people/{person.get_username()}"
