"""SAML single logout, both ways: who signs out here is led to the provider, and who signs out there loses the sessions
that began by that sign-in. What we say goes by redirect, or by POST where the provider takes nothing else.

All messages are signed, ours by the key of this server: without one there is no single logout, and the metadata says
so. Ours ends first: whatever the provider answers, the person is signed out here. A word of the provider ends only
sessions that began before it, so that who plays it again ends nothing that is new."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from mlops.accounts import sessions
from mlops.accounts.models import SignedIn
from mlops.accounts.outside import saml, saml_posted
from mlops.accounts.outside.saml_ends import POST
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

KEPT, ASKED = "saml-session", "saml-logout"
LONGEST = 20_000
"""Of a message in an address, before it is inflated."""
MOST_NAME = 300
SKEW = timedelta(minutes=3)
"""What the clocks of two servers may be apart."""


class Onward(NamedTuple):
    """Where the browser goes next: a redirect, or a form with these fields."""

    address: str
    fields: dict[str, str]


def remember(request: HttpRequest, kept: dict[str, str]) -> None:
    """What the provider calls the person and the session: it is asked for at the end."""
    request.session[KEPT] = kept
    row = SignedIn.objects.filter(session_key=request.session.session_key)
    row.update(outside_name=kept["name"][:MOST_NAME], outside_session=kept["session"][:MOST_NAME])


def begin(request: HttpRequest, kept: dict[str, str]) -> Onward | None:
    """After the session here: the way to the provider, where it ends its own; None where there is none to ask."""
    if not settings.SAML_KEY or not settings.SAML_METADATA:
        return None
    try:
        auth = saml.speaker(request)
        if not auth.get_slo_url():
            return None
        address = auth.logout(
            name_id=kept["name"], session_index=kept["session"] or None, name_id_format=kept["format"] or None,
            nq=kept["qualifier"] or None, spnq=kept["sp_qualifier"] or None, return_to="",
        )  # fmt: skip
    except Refusal:
        return None  # the provider is away, and the session here has ended
    request.session[ASKED] = {"id": auth.get_last_request_id(), "until": time.time() + saml.SECONDS}
    if _takes_forms(auth):
        return Onward(str(auth.get_slo_url()), {"SAMLRequest": saml_posted.signed(auth, auth.get_last_request_xml())})
    return Onward(str(address), {})


def answered(request: HttpRequest) -> None:
    """The provider's answer to `begin`. Raises Refusal `outside_failed` where it says nothing good, or is not its."""
    asked: dict[str, Any] = request.session.pop(ASKED, None) or {}
    if not asked or asked["until"] < time.time():
        raise _failed(_("The answer was not asked for in this browser, or too long ago."))
    auth = saml.speaker(request)
    _require_good(auth, request, request_id=asked["id"])
    if _root(auth.get_last_response_xml()).get("InResponseTo") != asked["id"]:
        raise _failed(_("The answer was not asked for in this browser, or too long ago."))


def asked(request: HttpRequest) -> Onward:
    """The provider says that somebody signed out: their sessions end, and our answer goes there. Raises Refusal
    `outside_failed` where it is not the provider who says so."""
    auth = saml.speaker(request)
    _require_good(auth, request)
    try:
        said_at = _said_at(auth)
    except ValueError as error:
        raise _failed(str(error)) from error
    onward = _answer(auth, request)
    name, indexes = _named(auth)
    rows = SignedIn.objects.filter(by="saml", outside_name=name[:MOST_NAME], began_at__lte=said_at + SKEW)
    if indexes:
        rows = rows.filter(outside_session__in=[one[:MOST_NAME] for one in indexes])
    ended = list(rows.select_related("user"))
    with transaction.atomic():
        sessions.end_rows(ended)
        for person in {row.user for row in ended}:
            count = sum(row.user == person for row in ended)
            subject = f"people/{person.get_username()}"
            record(None, "mlops.account.sessions_ended", subject=subject, data={"count": count}, reason=_reason())
    if request.session.session_key in {row.session_key for row in ended}:
        logout(request)
    return onward


def _require_good(auth: Any, request: HttpRequest, request_id: str | None = None) -> None:
    """Of the provider, for this server, in time. Raises Refusal `outside_failed`."""
    try:
        if not settings.SAML_KEY:
            raise ValueError("Without MLOPS_SAML_KEY there is no single logout.")
        if request.method == "POST":
            _look_at_posted(auth, request, request_id)
            return
        if any(len(value) > LONGEST for value in request.GET.values()):
            raise ValueError("The message is too long.")
        auth.process_slo(keep_local_session=True, request_id=request_id)
    except Exception as error:  # malformed XML and base64 end in many kinds of errors there
        raise _failed(f"{type(error).__name__}: {error}") from error
    if auth.get_errors():
        raise _failed(str(auth.get_last_error_reason() or auth.get_errors()))


def _look_at_posted(auth: Any, request: HttpRequest, request_id: str | None) -> None:
    """Leaves in `auth` what `process_slo` does for a message in an address."""
    from onelogin.saml2.constants import OneLogin_Saml2_Constants as Known

    here = request.build_absolute_uri(reverse("accounts:saml-logout"))
    told = saml.told(request) | {"get_data": {}}
    name = "SAMLResponse" if request_id else "SAMLRequest"
    xml = saml_posted.read(auth, request.POST.get(name, ""), destination=here)
    field = b64encode(xml).decode()
    if not request_id:
        asked = auth.logout_request_class(auth.get_settings(), field)
        asked.is_valid(told, raise_exceptions=True)
        auth._last_request, auth._last_message_id = asked.get_xml(), asked.id
        return
    answer = auth.logout_response_class(auth.get_settings(), field)
    answer.is_valid(told, request_id, raise_exceptions=True)
    if answer.get_status() != Known.STATUS_SUCCESS:
        raise ValueError(f"The provider answers {answer.get_status()}.")
    auth._last_response = answer.get_xml()


def _said_at(auth: Any) -> datetime:
    """When the provider said it. Raises ValueError where that is too long ago, or still to come."""
    told = str(_root(auth.get_last_request_xml()).get("IssueInstant"))
    said_at, now = parse_datetime(told), timezone.now()
    if said_at is None or not said_at.tzinfo or not now - timedelta(seconds=saml.SECONDS) <= said_at <= now + SKEW:
        raise ValueError(f"The message is of {told}, and it is {now}: look at the clocks of both servers.")
    return said_at


def _answer(auth: Any, request: HttpRequest) -> Onward:
    """Signed, with the provider's own note (`RelayState`) as it came."""
    builder = auth.logout_response_class(auth.get_settings())
    builder.build(auth.get_last_message_id())
    address = auth.get_slo_response_url()
    if not address:
        raise _failed(_("The provider names no address for our answer."))
    given = request.POST if request.method == "POST" else request.GET
    note = {"RelayState": given["RelayState"]} if "RelayState" in given else {}
    if _takes_forms(auth):
        return Onward(str(address), {"SAMLResponse": saml_posted.signed(auth, builder.get_xml())} | note)
    fields = {"SAMLResponse": builder.get_response()} | note
    auth.add_response_signature(fields, saml.SIGNATURE)
    return Onward(str(auth.redirect_to(address, fields)), {})


def _takes_forms(auth: Any) -> bool:
    return bool(auth.get_settings().get_idp_data()["singleLogoutService"].get("binding") == POST)


def _root(xml: Any) -> Any:
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    return OneLogin_Saml2_XML.to_etree(xml)


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
