"""A look at a repository: can it be reached, and is there something new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.access.decisions import require
from mlops.formats.refusal import Refusal
from mlops.repositories import asking, followers, pushed_tags
from mlops.repositories.git.orders import Looked
from mlops.repositories.models import Cause, Repository
from mlops.repositories.patterns import is_branch_of
from mlops.repositories.queueing import queue


def look(row: Repository) -> Looked | None:
    """What was found is kept on the row; None where it could not be reached, which the row then says."""
    now = timezone.now()
    following = now + timedelta(minutes=row.poll_minutes) if row.poll_minutes else None
    rows = Repository.objects.filter(pk=row.pk)
    try:
        found = asking.look(row)
    except Refusal as refusal:
        since = row.trouble_since or now
        told = {"trouble": refusal.message, "hint": refusal.hint, "trouble_since": since}
        rows.update(looked_at=now, next_look_at=following, **told)
        row.trouble, row.hint, row.trouble_since = refusal.message, refusal.hint, since
        return None
    rows.update(looked_at=now, next_look_at=following, trouble="", hint="", trouble_since=None)
    row.looked_at, row.trouble, row.hint, row.trouble_since = now, "", "", None
    return found


def try_out(actor: Any, row: Repository) -> Looked | None:
    """Looks now; nothing is started."""
    require(actor, "repositories.use", row.project)
    return look(row)


def poll(row: Repository) -> None:
    """What is new on the branches that count is taken up. At the first look it is only remembered."""
    found = look(row)
    if found is None:
        return
    wanted = {name: commit for name, commit in found.branches.items() if is_branch_of(name, branches_of(row, found))}
    with transaction.atomic():
        for name, commit in sorted(wanted.items()):
            known = row.heads.get(name)
            if known and known != commit:
                queue(row, branch=name, commit=commit, before=known, cause=Cause.POLL)
        heads = {**{name: commit for name, commit in row.heads.items() if name in found.branches}, **wanted}
        Repository.objects.filter(pk=row.pk).update(heads=heads)
    pushed_tags.look_at(row, found.tags)


def branches_of(row: Repository, found: Looked | None = None) -> list[str]:
    """Patterns of those whose pushes start something."""
    own = row.branch or (found.head if found else "")
    chosen = list(row.branches) or ([own] if own else ["main", "master"])
    return [*chosen, *sorted(followers.branches(row) - set(chosen))]
