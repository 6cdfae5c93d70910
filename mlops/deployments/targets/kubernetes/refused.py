"""What an API server refused, in our words: which object, why, and what to do. Pure."""

from __future__ import annotations

import re
from typing import Any

from mlops.formats.refusal import Refusal

FORBIDDEN = re.compile(r'User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"')
MANAGER = re.compile(r'conflict with "([^"]+)"')
MOST_CAUSES = 4


def refusal_of(status: int, body: dict[str, Any], *, doing: str) -> Refusal:
    """`body`: the Status object of the answer; `doing` such as “apply the Deployment prices”."""
    message = str(body.get("message") or f"status {status}")
    causes = [one for one in (body.get("details") or {}).get("causes") or [] if isinstance(one, dict)]
    if status == 401:
        hint = "The token or certificate of the kubeconfig has expired or was withdrawn: give the cluster a new one."
        return _refusal("cluster_unauthorized", f"The cluster does not know us: it refused to {doing}.", hint)
    if status == 403:
        return _forbidden(message, doing)
    if status == 409 and causes:
        return _conflict(causes, doing)
    if status == 404 and "namespaces" in message:
        name = (re.findall(r'namespaces "([^"]+)"', message) or ["?"])[0]
        hint = f"Create it with: kubectl create namespace {name}; or choose another namespace."
        return _refusal("namespace_missing", f"The cluster has no namespace “{name}”.", hint)
    if status == 404:
        hint = "An administrator of the cluster has to install this kind of object, or leave it out in our settings."
        return _refusal("kind_missing", f"The cluster could not {doing}: {message}.", hint)
    if status in (400, 422):
        told = "; ".join(f"{one.get('field', '')}: {one.get('message', '')}" for one in causes[:MOST_CAUSES])
        hint = "Change the deployment's settings accordingly."
        return _refusal("manifest_invalid", f"The cluster would not {doing}: {told or message}.", hint)
    if status == 429 or status >= 500:
        hint = "It is tried again by itself."
        return _refusal("cluster_unwell", f"The cluster could not {doing} just now: {message}.", hint, status=503)
    return _refusal("cluster_refused", f"The cluster would not {doing}: {message}.", "Ask who runs the cluster.")


def _forbidden(message: str, doing: str) -> Refusal:
    if "exceeded quota" in message:
        hint = "Ask for fewer or smaller instances, or have the namespace's quota raised."
        return _refusal("quota_exceeded", f"The namespace's quota does not allow to {doing}: {_end(message)}.", hint)
    found = FORBIDDEN.search(message)
    if found is None:
        hint = "A rule of the cluster (admission) says so: ask who runs it."
        return _refusal("cluster_forbids", f"The cluster forbids to {doing}: {_end(message)}.", hint)
    user, verb, resource, group = found.groups()
    full = f"{resource}.{group}" if group else resource
    hint = f"Give “{user}” a Role with the verb {verb} on {full} in this namespace."
    return _refusal("cluster_forbids", f"“{user}” may not {verb} {full}, so it could not {doing}.", hint)


def _conflict(causes: list[dict[str, Any]], doing: str) -> Refusal:
    fields = ", ".join(str(one.get("field", "?")).lstrip(".") for one in causes[:MOST_CAUSES])
    managers = sorted({match[1] for one in causes if (match := MANAGER.search(str(one.get("message", ""))))})
    hint = "Let the other leave these fields alone, or delete the object so that it is made anew."
    who = ", ".join(managers) or "somebody else"
    return _refusal("fields_owned_by_others", f"Could not {doing}: {who} has set {fields}.", hint)


def _end(message: str) -> str:
    """Without the part that repeats the object's name."""
    return message.rpartition(" is forbidden: ")[2].rstrip(".")


def _refusal(code: str, message: str, hint: str, *, status: int = 409) -> Refusal:
    return Refusal(code, message, hint=hint, status=status)
