"""Commits that are to be taken up, each once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.formats.refusal import Refusal
from mlops.repositories.models import Cause, Push, PushState, Repository
from mlops.work.calls import later

MOST_WAITING = 200


def queue(
    row: Repository,
    *,
    branch: str,
    commit: str,
    before: str = "",
    cause: Cause,
    pusher: str = "",
    message: str = "",
) -> tuple[Push, bool]:
    """The push of that commit, and whether it is new: webhook and regular look start it once."""
    mark = f"{branch}@{commit}"
    facts: dict[str, Any] = {"branch": branch[:200], "commit": commit, "before": before, "cause": cause}
    facts |= {"pusher": pusher[:200], "message": message[:300], "state_since": timezone.now()}
    with transaction.atomic():
        _require_room(row)
        push, is_new = Push.objects.get_or_create(repository=row, mark=mark[:300], defaults=facts)
        if is_new:
            later("repositories.take_up", push.pk)
    return push, is_new


def synchronise(actor: Any, row: Repository, *, branch: str = "", commit: str = "") -> Push:
    """Takes the branch's newest commit, or the one that is named, up now, also where it was taken up before."""
    require(actor, "repositories.use", row.project)
    if commit and not (7 <= len(commit) <= 64 and all(letter in "0123456789abcdef" for letter in commit.lower())):
        raise Refusal("commit_invalid", _("“%s” names no commit.") % commit[:80], hint=_("Give all of its 40 digits."))
    with transaction.atomic():
        _require_room(row)
        number = Push.objects.filter(repository=row).count() + 1
        push = Push.objects.create(
            repository=row,
            mark=f"{branch}@{commit}#{number}"[:300],
            branch=(branch or row.branch)[:200],
            commit=commit.lower(),
            cause=Cause.PERSON,
            pusher=actor.get_username(),
            state_since=timezone.now(),
            asked_by=actor,
        )
        later("repositories.take_up", push.pk)
    return push


def _require_room(row: Repository) -> None:
    waiting = Push.objects.filter(repository=row, state=PushState.QUEUED).count()
    if waiting >= MOST_WAITING:
        raise Refusal(
            "pushes_too_many",
            _("%(count)d pushes to “%(name)s” wait already.") % {"count": waiting, "name": row.name},
            hint=_("Wait until some are taken up."),
            status=429,
        )
