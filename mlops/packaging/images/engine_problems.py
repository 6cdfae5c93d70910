"""What an engine's failures mean and what to do about them. The library has one class for most, so texts are read."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

NO_SPACE = ("no space left on device", "disk quota exceeded")


def cannot_connect(error: BaseException, address: str) -> Refusal:
    """Why no engine answers at `address`."""
    text = _chain(error)
    where = address or _("the system's socket")
    if "Permission denied" in text or "PermissionError" in text:
        message = _("This process may not use the Docker engine at %(where)s.") % {"where": where}
        hint = _("Add its user to the group docker and start it again, or name another engine in DOCKER_HOST.")
        return Refusal("engine_no_permission", message, hint=hint, status=503)
    if "No such file" in text or "FileNotFoundError" in text:
        message = _("There is no Docker engine at %(where)s.") % {"where": where}
        hint = _("Start the engine, or name another one in DOCKER_HOST. Images can be made as files without an engine.")
        return Refusal("engine_absent", message, hint=hint, status=503)
    if "Install paramiko" in text:
        message = _("Engines behind ssh:// need the package paramiko, which is not installed here.")
        return Refusal("engine_absent", message, hint=_("Install paramiko, or use tcp:// with TLS."), status=503)
    if "certificate" in text.lower() or "SSLError" in text:
        message = _("The Docker engine at %(where)s was not trusted: %(why)s.") % {"where": where, "why": _end(text)}
        hint = _("Check DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem) and DOCKER_TLS_VERIFY.")
        return Refusal("engine_certificate", message, hint=hint, status=503)
    if "Name or service not known" in text or "name resolution" in text:
        message = _("The host of the Docker engine at %(where)s is not known.") % {"where": where}
        return Refusal("engine_unreachable", message, hint=_("Check DOCKER_HOST."), status=503)
    if "timed out" in text.lower():
        message = _("The Docker engine at %(where)s does not answer.") % {"where": where}
        return Refusal(
            "engine_unreachable", message, hint=_("Check that it runs and that the way is open."), status=503
        )
    if "refused" in text.lower():
        message = _("The Docker engine at %(where)s refused the connection.") % {"where": where}
        return Refusal("engine_refused", message, hint=_("Start the engine; check host and port."), status=503)
    message = _("The Docker engine at %(where)s cannot be used: %(why)s.") % {"where": where, "why": _end(text)}
    return Refusal("engine_unreachable", message, hint=_("Check DOCKER_HOST and the engine's log."), status=503)


def act_failed(said: str, act: str) -> Refusal:
    """What the engine said when it did not do `act`."""
    text = without_colours(said).strip()
    if any(word in text for word in NO_SPACE):
        message = _("The Docker engine's disk is full: %(why)s.") % {"why": _end(text)}
        hint = _("Remove images and containers that are not needed from the engine, then try again.")
        return Refusal("engine_disk_full", message, hint=hint, status=507)
    message = _("The Docker engine could not %(act)s: %(why)s.") % {"act": act, "why": _end(text)}
    return Refusal("engine_failed", message, hint=_("The engine's log may say more."), status=502)


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text)


def _chain(error: BaseException | None) -> str:
    parts = []
    while error is not None:
        parts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return " ".join(parts)


def _end(text: str) -> str:
    return " ".join(text.split())[-400:].rstrip(".")
