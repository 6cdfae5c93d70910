"""Webhooks of pushes: who calls is known by a signature, each delivery counts once, a commit or a tag starts once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mlops.access.sealing import unseal
from mlops.formats.refusal import Refusal
from mlops.repositories import pushed_tags
from mlops.repositories.looks import branches_of
from mlops.repositories.models import Cause, Delivery, Host, Push, Repository
from mlops.repositories.patterns import is_branch_of
from mlops.repositories.queueing import queue

EVENTS = ("x-github-event", "x-gitea-event", "x-gogs-event", "x-gitlab-event")
KEYS = ("x-github-delivery", "x-gitea-delivery", "x-gogs-delivery", "idempotency-key", "x-gitlab-event-uuid")
PUSHES = ("push", "push hook", "tag push hook")
HEADS = "refs/heads/"
TAGS = "refs/tags/"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a call said of a push: of a branch or of a tag."""

    branch: str = ""
    tag: str = ""
    commit: str
    """Of a tag: what it points to, which may be a tag object."""
    before: str
    pusher: str
    message: str


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a call, and the push that it began."""

    outcome: str
    push: Push | None = None
    is_begun: bool = False


def receive(row: Repository, headers: Mapping[str, str], body: bytes) -> Received:
    """`headers`: names in lower case.

    Raises Refusal `signature_wrong`, `hook_unreadable`."""
    _require_signed(row, headers, body)
    event = next((headers[name] for name in EVENTS if headers.get(name)), "push")
    key = next((headers[name] for name in KEYS if headers.get(name)), hashlib.sha256(body).hexdigest())
    if event.lower() not in PUSHES:
        return Received(outcome=_("Received; only pushes start something."))
    told = _read(body)
    known = Delivery.objects.filter(repository=row, key=key[:200]).select_related("push").first()
    if known is not None:
        return Received(outcome=_("This delivery was taken before."), push=known.push, is_begun=known.push is not None)
    try:
        with transaction.atomic():
            came = _begun(row, told)
            facts = {"event": event[:100], "outcome": came.outcome[:300], "push": came.push}
            Delivery.objects.create(repository=row, key=key[:200], **facts)
    except IntegrityError:  # the same delivery came twice at once
        return Received(outcome=_("This delivery was taken before."))
    return came


def _begun(row: Repository, told: Told | None) -> Received:
    if told is None:
        return Received(outcome=_("No branch got a commit, and no tag was pushed."))
    if not row.is_enabled:
        return Received(outcome=_("The repository is disabled here."))
    if told.tag:
        return _tagged(row, told)
    if not is_branch_of(told.branch, branches_of(row)):
        return Received(outcome=_("Pushes to “%s” start nothing.") % told.branch[:100])
    push, is_new = queue(
        row,
        branch=told.branch,
        commit=told.commit,
        before=told.before,
        cause=Cause.WEBHOOK,
        pusher=told.pusher,
        message=told.message,
    )
    outcome = _("The commit is being taken up.") if is_new else _("This commit was taken up before.")
    return Received(outcome=outcome, push=push, is_begun=True)


def _tagged(row: Repository, told: Told) -> Received:
    begun = pushed_tags.begin(row, told.tag, points_to=told.commit, pusher=told.pusher)
    if not begun:
        return Received(outcome=_("No release waits for the tag “%s”.") % told.tag[:100])
    return Received(outcome=_("The tag begins: %s.") % ", ".join(begun), is_begun=True)


def _require_signed(row: Repository, headers: Mapping[str, str], body: bytes) -> None:
    secret = unseal(row.hook_secret)
    if row.host == Host.GITLAB:
        given, right = headers.get("x-gitlab-token", ""), secret
    else:
        given = headers.get("x-hub-signature-256", "").removeprefix("sha256=")
        if row.host == Host.GITEA:
            given = given or headers.get("x-gitea-signature", "") or headers.get("x-gogs-signature", "")
        right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(given.encode(), right.encode()):
        raise signature_wrong()


def signature_wrong() -> Refusal:
    """Also where there is no such repository: a stranger learns nothing."""
    return Refusal(
        "signature_wrong",
        _("The call is not signed by the secret of this webhook."),
        hint=_("Copy the secret to the host's webhook again, or renew it, and choose application/json."),
        status=401,
    )


def _read(body: bytes) -> Told | None:
    """None where a branch or a tag was deleted. Raises Refusal `hook_unreadable`."""
    try:
        found: Any = msgspec.json.decode(body)
        ref, after, before = str(found["ref"]), str(found["after"]), str(found.get("before") or "")
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(
            "hook_unreadable",
            _("The call does not tell a push as JSON: %s") % str(error)[:200],
            hint=_("Choose the content type application/json at the host."),
            status=400,
        ) from error
    if not ref.startswith((HEADS, TAGS)) or not after.strip("0") or not _is_commit(after):
        return None
    head = found.get("head_commit")
    commits = found.get("commits")
    last = head if isinstance(head, dict) else commits[-1] if isinstance(commits, list) and commits else {}
    message = str(last.get("message") or "") if isinstance(last, dict) else ""
    pusher = found.get("pusher")
    name = (pusher.get("name") or pusher.get("login")) if isinstance(pusher, dict) else found.get("user_name")
    return Told(
        branch=_clean(ref.removeprefix(HEADS)) if ref.startswith(HEADS) else "",
        tag=_clean(ref.removeprefix(TAGS)) if ref.startswith(TAGS) else "",
        commit=after.lower(),
        before=before.lower() if before.strip("0") and _is_commit(before) else "",
        pusher=_clean(str(name or "")),
        message=_clean(message.split("\n", 1)[0]),
    )


def _clean(text: str) -> str:
    return text.replace("\0", "")[:200]


def _is_commit(text: str) -> bool:
    return len(text) in (40, 64) and all(letter in "0123456789abcdef" for letter in text.lower())
