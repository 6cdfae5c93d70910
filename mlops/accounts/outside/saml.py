"""SAML 2.0 by python3-saml: this server as service provider. A sign-in is asked for by redirect and answered by POST.

An answer counts only where its one assertion is signed by the provider, is for this server, is not too old, and answers
the very request of this browser's session, which is used up by looking: nothing is taken that was not asked for, and
nothing twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.accounts.outside import saml_ends
from mlops.accounts.outside.finding import Claims
from mlops.accounts.outside.saml_ends import POST, REDIRECT
from mlops.formats.refusal import Refusal

REQUEST = "saml-request"
SECONDS = 600
METADATA_SECONDS = 3600
METADATA_BYTES = 2_000_000
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
SIGNATURE = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
EMAIL = ("email", "mail", "urn:oid:0.9.2342.19200300.100.1.3",
         "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress")  # fmt: skip
NAME = ("uid", "username", "urn:oid:0.9.2342.19200300.100.1.1",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name")  # fmt: skip
_metadata: dict[str, tuple[float, bytes]] = {}
"""Those of addresses, with when they were fetched."""


def begin(request: HttpRequest, target: str) -> str:
    """The address at the provider. Raises Refusal `saml_missing`, `saml_unreadable`, `outside_away`."""
    auth = _auth(request)
    address = str(auth.login())
    request.session[REQUEST] = {"id": auth.get_last_request_id(), "next": target, "until": time.time() + SECONDS}
    return address


class Answered(NamedTuple):
    """Who it is, where they wanted to go, and what the provider calls the session, for its end."""

    claims: Claims
    target: str
    session: dict[str, str]


def finish(request: HttpRequest) -> Answered:
    """Raises Refusal `outside_failed`, whose `detail` is for the log."""
    asked: dict[str, Any] = request.session.pop(REQUEST, None) or {}
    if not asked or asked["until"] < time.time():
        hint = _("Begin on the sign-in page: answers that were not asked for here are not taken.")
        raise Refusal("saml_not_asked", _("This sign-in was not begun here, or too long ago."), hint=hint, status=403)
    auth = _auth(request)
    try:
        auth.process_response(request_id=asked["id"])
    except Exception as error:  # malformed XML and base64 end in many kinds of errors there
        raise _failed(f"{type(error).__name__}: {error}") from error
    if auth.get_errors() or not auth.is_authenticated():
        raise _failed(str(auth.get_last_error_reason() or auth.get_errors()))
    _require_answer_to(asked["id"], auth)
    if auth.get_nameid_format() == TRANSIENT or not auth.get_nameid():
        raise _failed(_("The NameID is transient: the provider must send one that stays the same for a person."))
    claims = _claims(str(auth.get_nameid()), auth.get_attributes())
    return Answered(claims, str(asked["next"]), _session(auth))


def speaker(request: HttpRequest) -> Any:
    """For single logout, where every message is signed: in the address, or inside what is posted, which `saml_posted`
    looks at. Raises Refusal as `begin` does."""
    return _auth(request, security={"wantMessagesSigned": request.method == "GET"})


def _session(auth: Any) -> dict[str, str]:
    found = {
        "name": auth.get_nameid(),
        "format": auth.get_nameid_format(),
        "qualifier": auth.get_nameid_nq(),
        "sp_qualifier": auth.get_nameid_spnq(),
        "session": auth.get_session_index(),
    }
    return {name: str(value or "") for name, value in found.items()}


def metadata(request: HttpRequest) -> bytes:
    """What the provider is told of this server. Raises Refusal `saml_missing`."""
    auth = _auth(request, with_provider=False)
    # It is told that assertions may come encrypted, and others are taken as well.
    auth.get_settings().get_security_data()["wantAssertionsEncrypted"] = bool(settings.SAML_KEY)
    described = auth.get_settings().get_sp_metadata()
    return saml_ends.told_both(described if isinstance(described, bytes) else str(described).encode())


def _auth(request: HttpRequest, *, with_provider: bool = True, security: dict[str, Any] | None = None) -> Any:
    try:
        from onelogin.saml2.auth import OneLogin_Saml2_Auth
        from onelogin.saml2.settings import OneLogin_Saml2_Settings
    except ImportError:
        hint = "pip install 'mlops-studio[saml]'"
        raise Refusal(
            "saml_missing", _("Sign-in by SAML is set, but python3-saml is not installed."), hint=hint, status=503
        ) from None
    wanted = _settings(request) | ({"idp": _provider()} if with_provider else {})
    wanted["security"] |= security or {}
    return OneLogin_Saml2_Auth(told(request), OneLogin_Saml2_Settings(wanted, sp_validation_only=not with_provider))


def told(request: HttpRequest) -> dict[str, Any]:
    """What python3-saml wants to know of a request."""
    return {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "server_port": request.get_port(),
        "script_name": _as_the_provider_knows(request.path),
        "get_data": request.GET.dict(),
        "post_data": request.POST.dict(),
    }


def _as_the_provider_knows(path: str) -> str:
    """Where a message came to, which a page of ours then sent on to the next one."""
    onward = {"saml-finish": "saml-answer", "saml-logout-finish": "saml-logout"}
    pages = {reverse(f"accounts:{last}"): reverse(f"accounts:{first}") for last, first in onward.items()}
    return pages.get(path, path)


def _settings(request: HttpRequest) -> dict[str, Any]:
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": request.build_absolute_uri(reverse("accounts:saml-metadata")),
            "assertionConsumerService": {
                "url": request.build_absolute_uri(reverse("accounts:saml-answer")),
                "binding": POST,
            },
            "NameIDFormat": PERSISTENT,
            **_keys(),
            **_logout(request),
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowSingleLabelDomains": True,
            "allowRepeatAttributeName": True,
            "logoutRequestSigned": bool(settings.SAML_KEY),
            "logoutResponseSigned": bool(settings.SAML_KEY),
            "signatureAlgorithm": SIGNATURE,
            "digestAlgorithm": DIGEST,
        },
    }


def _logout(request: HttpRequest) -> dict[str, Any]:
    """Where the provider's messages about signing out go; nothing without a key to sign ours."""
    if not settings.SAML_KEY:
        return {}
    url = request.build_absolute_uri(reverse("accounts:saml-logout"))
    return {"singleLogoutService": {"url": url, "binding": REDIRECT}}


def _keys() -> dict[str, str]:
    """What assertions are encrypted for; empty where nothing is set. Raises Refusal `saml_unreadable`."""
    if not settings.SAML_KEY:
        return {}
    try:
        certificate = Path(settings.SAML_CERTIFICATE).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        hint = _("An administrator checks MLOPS_SAML_CERTIFICATE: %s") % error
        message = _("The certificate of this server for %s cannot be read.") % settings.SAML_NAME
        raise Refusal("saml_unreadable", message, hint=hint, status=503) from error
    return {"x509cert": certificate, "privateKey": settings.SAML_KEY}


def _provider() -> dict[str, Any]:
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

    try:
        text = _metadata_text()
        found: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(text, required_sso_binding=REDIRECT)["idp"]
        found |= saml_ends.offered(text)
        if not (found["singleSignOnService"]["url"] and (found.get("x509cert") or found.get("x509certMulti"))):
            raise KeyError("x509cert")
    except OSError as error:
        message = _("The metadata of %s cannot be had.") % settings.SAML_NAME
        hint = _("An administrator checks MLOPS_SAML_METADATA: %s") % error
        raise Refusal("outside_away", message, hint=hint, status=503) from error
    except Exception as error:  # the parser raises what lxml does
        message = _("The metadata of %s says nothing of a sign-in by redirect with a certificate.") % settings.SAML_NAME
        hint = _("An administrator checks MLOPS_SAML_METADATA.")
        raise Refusal("saml_unreadable", message, hint=hint, status=503) from error
    return found


def _metadata_text() -> bytes:
    """Raises OSError."""
    place = settings.SAML_METADATA
    if not place.startswith(("https://", "http://")):
        return Path(place).read_bytes()
    at, known = _metadata.get(place, (0.0, b""))
    if not known or time.monotonic() - at > METADATA_SECONDS:
        import requests

        with requests.get(place, timeout=10, stream=True) as answer:
            answer.raise_for_status()
            known = answer.raw.read(METADATA_BYTES, decode_content=True)
        _metadata[place] = time.monotonic(), known
    return known


def _require_answer_to(number: str, auth: Any) -> None:
    """What is signed must name the request: the envelope around the assertion may be anybody's."""
    from lxml import etree
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    answered = auth.get_last_response_xml()
    document = answered if isinstance(answered, etree._Element) else OneLogin_Saml2_XML.to_etree(answered)
    found = OneLogin_Saml2_XML.query(document, "//saml:Assertion//saml:SubjectConfirmationData")
    if not found or any(one.get("InResponseTo") != number for one in found):
        raise _failed(_("The assertion does not name the request that it answers."))


def _claims(uid: str, attributes: dict[str, list[str]]) -> Claims:
    """The provider vouches for addresses, as a directory does."""
    named = {name: [str(one) for one in values if one] for name, values in attributes.items()}
    email = _first(named, EMAIL)
    return Claims(
        "saml",
        uid,
        name=_first(named, NAME) or (email or uid).partition("@")[0],
        email=email,
        email_verified=bool(email),
        groups=tuple(named.get(settings.SAML_GROUP_ATTRIBUTE, ())),
    )


def _first(named: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((named[name][0] for name in names if named.get(name)), "")


def _failed(why: str) -> Refusal:
    hint = _("Try again. If it fails again, an administrator finds the reason in the server's log.")
    refusal = Refusal("outside_failed", _("Signing in by %s failed.") % settings.SAML_NAME, hint=hint, status=403)
    refusal.add_note(why)
    return refusal
