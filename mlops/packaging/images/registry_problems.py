"""What a registry's failures mean and what to do about them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal


def cannot_reach(error: BaseException, registry: str) -> Refusal:
    text = _chain(error)
    said = {"registry": registry, "why": str(error)[:300]}
    if "Name or service not known" in text or "name resolution" in text or "nodename nor servname" in text:
        message = _("There is no host “%(registry)s”.") % said
        return Refusal("registry_unknown", message, hint=_("Check the name of the registry."), status=502)
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text.lower():
        message = _("The registry %(registry)s does not speak TLS.") % said
        hint = _("Give it a certificate, or say with its login that it may be used without TLS.")
        return Refusal("registry_insecure", message, hint=hint, status=502)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        message = _("The certificate of the registry %(registry)s is not trusted.") % said
        hint = _("Name the certificate of its authority in SSL_CERT_FILE for the worker.")
        return Refusal("registry_insecure", message, hint=hint, status=502)
    if "refused" in text.lower():
        message = _("The registry %(registry)s refused the connection.") % said
        return Refusal("registry_unreachable", message, hint=_("Check that it runs, and its port."), status=502)
    if "timeout" in text.lower() or "timed out" in text.lower():
        message = _("The registry %(registry)s does not answer.") % said
        return Refusal("registry_unreachable", message, hint=_("Check that the way to it is open."), status=502)
    message = _("The registry %(registry)s cannot be used: %(why)s.") % said
    return Refusal("registry_unreachable", message, hint=_("Check its address."), status=502)


def refused(answer: Any, registry: str, repository: str, *, has_login: bool) -> Refusal:
    """By status: it does not know us, does not let us, has no space, or has not what was asked for."""
    said = {"registry": registry, "repository": repository, "why": _said(answer), "status": answer.status_code}
    if answer.status_code in (401, 403):
        if has_login:
            message = _("The registry %(registry)s does not accept this name and password for %(repository)s.") % said
            hint = _("Store the login anew, and check that it may write there.")
        else:
            message = _("The registry %(registry)s asks for a name and a password for %(repository)s.") % said
            hint = _("Store a login for this registry in the project, then try again.")
        return Refusal("registry_login", message, hint=hint, status=502)
    if answer.status_code == 404:
        message = _("The registry %(registry)s has no image “%(repository)s” by that tag or digest.") % said
        return Refusal("image_unknown", message, hint=_("Check the name and the tag."), status=502)
    if answer.status_code == 507 or "no space left" in said["why"] or "quota" in said["why"].lower():
        message = _("The registry %(registry)s has no space left.") % said
        return Refusal("registry_full", message, hint=_("Delete images that are not needed from it."), status=502)
    if answer.status_code == 429:
        message = _("The registry %(registry)s has had too many requests from here.") % said
        return Refusal("registry_busy", message, hint=_("Try again later, or store a login."), status=502)
    message = _("The registry %(registry)s answered %(status)s: %(why)s.") % said
    return Refusal("registry_failed", message, hint=_("Its log may say more."), status=502)


def _said(answer: Any) -> str:
    try:
        errors = answer.json()["errors"]
        text = "; ".join(f"{one.get('message') or one.get('code')} {one.get('detail') or ''}".strip() for one in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        text = answer.text
    return " ".join(text.split())[:300].rstrip(".")


def _chain(error: BaseException | None) -> str:
    parts = []
    while error is not None:
        parts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return " ".join(parts)
