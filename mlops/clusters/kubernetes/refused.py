"""What an API server refused, in our words: which object, why, and what to do. Pure."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

FORBIDDEN = re.compile(r'User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"')
MANAGER = re.compile(r'conflict with "([^"]+)"')
MOST_CAUSES = 4


def refusal_of(status: int, body: dict[str, Any], *, doing: str) -> Refusal:
    """`body`: the Status object of the answer; `doing` such as “apply the Deployment prices”."""
    message = str(body.get("message") or f"status {status}")
    causes = [one for one in (body.get("details") or {}).get("causes") or [] if isinstance(one, dict)]
    if status == 401:
        hint = _("The token or certificate of the kubeconfig has expired or was withdrawn: give the cluster a new one.")
        return _refusal(
            "cluster_unauthorized", _("The cluster does not know us: it refused to %(doing)s.") % {"doing": doing}, hint
        )
    if status == 403:
        return _forbidden(message, doing)
    if status == 409 and causes:
        return _conflict(causes, doing)
    if status == 404 and "namespaces" in message:
        name = (re.findall(r'namespaces "([^"]+)"', message) or ["?"])[0]
        hint = _("Create it with: kubectl create namespace %(name)s; or choose another namespace.") % {"name": name}
        return _refusal("namespace_missing", _("The cluster has no namespace “%(name)s”.") % {"name": name}, hint)
    if status == 404:
        hint = _("An administrator of the cluster has to install this kind of object, or leave it out in our settings.")
        return _refusal(
            "kind_missing",
            _("The cluster could not %(doing)s: %(message)s.") % {"doing": doing, "message": message},
            hint,
        )
    if status in (400, 422):
        told = "; ".join(f"{one.get('field', '')}: {one.get('message', '')}" for one in causes[:MOST_CAUSES])
        hint = _("Change its settings accordingly.")
        return _refusal(
            "manifest_invalid",
            _("The cluster would not %(doing)s: %(told)s.") % {"doing": doing, "told": told or message},
            hint,
        )
    if status == 429 or status >= 500:
        hint = _("It is tried again by itself.")
        return _refusal(
            "cluster_unwell",
            _("The cluster could not %(doing)s just now: %(message)s.") % {"doing": doing, "message": message},
            hint,
            status=503,
        )
    return _refusal(
        "cluster_refused",
        _("The cluster would not %(doing)s: %(message)s.") % {"doing": doing, "message": message},
        _("Ask who runs the cluster."),
    )


def _forbidden(message: str, doing: str) -> Refusal:
    if "exceeded quota" in message:
        hint = _("Ask for less, or have the namespace's quota raised.")
        return _refusal(
            "quota_exceeded",
            _("The namespace's quota does not allow to %(doing)s: %(end)s.") % {"doing": doing, "end": _end(message)},
            hint,
        )
    found = FORBIDDEN.search(message)
    if found is None:
        hint = _("A rule of the cluster (admission) says so: ask who runs it.")
        return _refusal(
            "cluster_forbids",
            _("The cluster forbids to %(doing)s: %(end)s.") % {"doing": doing, "end": _end(message)},
            hint,
        )
    user, verb, resource, group = found.groups()
    full = f"{resource}.{group}" if group else resource
    hint = _("Give “%(user)s” a Role with the verb %(verb)s on %(full)s in this namespace.") % {
        "user": user,
        "verb": verb,
        "full": full,
    }
    return _refusal(
        "cluster_forbids",
        _("“%(user)s” may not %(verb)s %(full)s, so it could not %(doing)s.")
        % {"user": user, "verb": verb, "full": full, "doing": doing},
        hint,
    )


def _conflict(causes: list[dict[str, Any]], doing: str) -> Refusal:
    fields = ", ".join(str(one.get("field", "?")).lstrip(".") for one in causes[:MOST_CAUSES])
    managers = sorted({match[1] for one in causes if (match := MANAGER.search(str(one.get("message", ""))))})
    hint = _("Let the other leave these fields alone, or delete the object so that it is made anew.")
    who = ", ".join(managers) or "somebody else"
    return _refusal(
        "fields_owned_by_others",
        _("Could not %(doing)s: %(who)s has set %(fields)s.") % {"doing": doing, "who": who, "fields": fields},
        hint,
    )


def _end(message: str) -> str:
    """Without the part that repeats the object's name."""
    return message.rpartition(" is forbidden: ")[2].rstrip(".")


def _refusal(code: str, message: str, hint: str, *, status: int = 409) -> Refusal:
    return Refusal(code, message, hint=hint, status=status)
