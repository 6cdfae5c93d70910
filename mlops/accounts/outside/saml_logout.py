"""SAML single logout by redirect, both ways: who signs out here is led to the provider, and who signs out there loses
the sessions that began by that sign-in.

All messages are signed, ours by the key of this server: without one there is no single logout, and the metadata says
so. Ours ends first: whatever the provider answers, the person is signed out here."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.accounts import sessions
from mlops.accounts.models import SignedIn
from mlops.accounts.outside import saml
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

KEPT, ASKED = "saml-session", "saml-logout"
LONGEST = 20_000
"""Of a message in an address, before it is inflated."""
MOST_NAME = 300


def remember(request: HttpRequest, kept: dict[str, str]) -> None:
    """What the provider calls the person and the session: it is asked for at the end."""
    request.session[KEPT] = kept
    row = SignedIn.objects.filter(session_key=request.session.session_key)
    row.update(outside_name=kept["name"][:MOST_NAME], outside_session=kept["session"][:MOST_NAME])


def begin(request: HttpRequest, kept: dict[str, str]) -> str:
    """After the session here: the address at the provider, where it ends its own; empty where there is none to ask."""
    if not settings.SAML_KEY or not settings.SAML_METADATA:
        return ""
    try:
        auth = saml.speaker(request)
        if not auth.get_slo_url():
            return ""
        address = auth.logout(
            name_id=kept["name"], session_index=kept["session"] or None, name_id_format=kept["format"] or None,
            nq=kept["qualifier"] or None, spnq=kept["sp_qualifier"] or None, return_to="",
        )  # fmt: skip
    except Refusal:
        return ""  # the provider is away, and the session here has ended
    request.session[ASKED] = {"id": auth.get_last_request_id(), "until": time.time() + saml.SECONDS}
    return str(address)


def answered(request: HttpRequest) -> None:
    """The provider's answer to `begin`. Raises Refusal `outside_failed` where it says nothing good, or is not its."""
    asked: dict[str, Any] = request.session.pop(ASKED, None) or {}
    if not asked or asked["until"] < time.time():
        raise _failed(_("The answer was not asked for in this browser, or too long ago."))
    _checked(saml.speaker(request), request, request_id=asked["id"])


def asked(request: HttpRequest) -> str:
    """The provider says that somebody signed out: their sessions end, and the address takes our answer there. Raises
    Refusal `outside_failed` where it is not the provider who says so."""
    auth = saml.speaker(request)
    address = _checked(auth, request)
    if not address:
        raise _failed(_("The provider names no address for our answer."))
    name, indexes = _named(auth)
    rows = SignedIn.objects.filter(by="saml", outside_name=name[:MOST_NAME]).select_related("user")
    if indexes:
        rows = rows.filter(outside_session__in=[one[:MOST_NAME] for one in indexes])
    ended = list(rows)
    with transaction.atomic():
        sessions.end_rows(ended)
        for person in {row.user for row in ended}:
            count = sum(row.user == person for row in ended)
            subject = f"people/{person.get_username()}"
            record(None, "mlops.account.sessions_ended", subject=subject, data={"count": count}, reason=_reason())
    if request.session.session_key in {row.session_key for row in ended}:
        logout(request)
    return address


def _checked(auth: Any, request: HttpRequest, request_id: str | None = None) -> str:
    """The address that our answer goes to, of a message that asks for one."""
    if any(len(value) > LONGEST for value in request.GET.values()):
        raise _failed(_("The message is too long."))
    try:
        address = auth.process_slo(keep_local_session=True, request_id=request_id)
    except Exception as error:  # malformed XML and base64 end in many kinds of errors there
        raise _failed(f"{type(error).__name__}: {error}") from error
    if auth.get_errors():
        raise _failed(str(auth.get_last_error_reason() or auth.get_errors()))
    return str(address or "")


def _named(auth: Any) -> tuple[str, list[str]]:
    from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request as Request

    xml = auth.get_last_request_xml()
    return str(Request.get_nameid(xml, settings.SAML_KEY)), [str(one) for one in Request.get_session_indexes(xml)]


def _reason() -> str:
    return _("Signed out at %(provider)s.") % {"provider": settings.SAML_NAME}


def _failed(why: str) -> Refusal:
    hint = _("You are signed out here. Close the browser to be sure that you are signed out everywhere.")
    message = _("Signing out at %s could not be confirmed.") % settings.SAML_NAME
    refusal = Refusal("outside_failed", message, hint=hint, status=403)
    refusal.add_note(why)
    return refusal
