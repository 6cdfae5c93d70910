"""A version of a linked draft becomes a commit of the repository, by the person who saved it.

The commit is made only where the files are still what they were when both sides were the same last. Where they are
not, what is there is taken in first; nothing is ever written over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import msgspec
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from designer import oplog
from designer.errors import revision_not_found
from designer.git import inward, words
from designer.git.placing import digests, files_of
from designer.git.states import agree, move, tell
from designer.graph.operations import difference
from designer.models import GitLink, LinkState
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.repositories import asking
from mlops.repositories.git.orders import Change

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 6
AGAIN = ("repository_unreachable", "repository_too_slow", "branch_moved")
"""What may be over in a while."""


def due(now: datetime) -> list[Any]:
    return list(GitLink.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True)[:50])


def work(link_id: str) -> None:
    """What is due of a link, by one worker at a time."""
    now = timezone.now()
    rows = GitLink.objects.filter(pk=link_id)
    if not rows.filter(next_at__lte=now).update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return
    known = rows.select_related("draft__project", "repository__project", "acts_as", "wanted_by")
    link = known.get()
    try:
        if link.attempts > MOST_ATTEMPTS:
            raise Refusal("link_lost", _("It was tried %d times.") % MOST_ATTEMPTS, hint=_("Push or pull again."))
        if link.wanted is None or not link.files:
            _pull(link)
            link = known.get()
        if link.wanted is not None and link.state != LinkState.CONFLICT:
            _push(link)
    except Refusal as refusal:
        _failed(known.get(), refusal)
        return
    rows.filter(next_at=now + LEASE).update(next_at=None, attempts=0)


def _pull(link: GitLink) -> None:
    """The branch's newest commit. Where the file is not there yet, it is to be pushed."""
    with asking.taken(link.repository, branch=link.branch) as (folder, found):
        inward.take(link, found, folder)
        is_new = not (folder / link.path).exists() and not link.files
    if is_new and link.base is not None:
        raise Refusal(
            "file_unknown",
            _("There is no file “%(path)s” on “%(branch)s”.") % {"path": link.path, "branch": link.branch},
            hint=_("Link an existing draft to write it, or take the link away and name another file."),
        )
    if is_new and link.wanted is None:
        GitLink.objects.filter(pk=link.pk).update(wanted=link.draft.revision, wanted_by=link.acts_as)


def _push(link: GitLink) -> None:
    draft, revision = link.draft, link.wanted or link.draft.revision
    document = oplog.document_at(draft, revision)
    if document is None:
        raise revision_not_found(draft, revision)
    files = files_of(draft, msgspec.convert(document, type=Document), link.path)
    given = digests(files)
    changes = tuple(
        Change(path=path, data=content, before=link.files.get(path, ""))
        for path, content in files.items()
        if given[path] != link.files.get(path)
    )
    if not changes:
        move(link, LinkState.READY, wanted=None)
        return
    onto = {} if link.is_direct else {"onto": proposals_of(link), "onto_was": link.proposal}
    try:
        made = asking.commit(
            link.repository,
            changes,
            branch=link.branch,
            message=words.message(link, draft, document, name=link.wanted_name, revision=revision),
            author=words.author(link.wanted_by),
            **onto,
        )
    except Refusal as refusal:
        if refusal.code != "file_changed_there":
            raise
        _take_first(link, refusal)
        return
    kept = {**link.files, **given}
    if link.is_direct:
        agreed = agree(commit=made.commit, files=kept, base=document)
        is_newest = not difference(document, draft.document)
        state = LinkState.READY if is_newest else LinkState.AHEAD
        move(link, state, wanted=None, branch=made.branch, **agreed)
    else:
        reason = _("Proposed on the branch “%s”.") % proposals_of(link)
        hint = _("Merge it in the repository; this is the same on both sides then.")
        move(link, LinkState.PROPOSED, reason=reason, hint=hint, wanted=None, proposal=made.commit, proposed=kept)
    tell(link.wanted_by, link, "pushed", commit=made.commit)


def proposals_of(link: GitLink) -> str:
    """The branch of proposals: ours alone, always one commit ahead of the one that is followed."""
    return f"mlops/{PurePosixPath(link.path).with_suffix('').as_posix().replace('/', '-').strip('.-')}"


def _take_first(link: GitLink, refusal: Refusal) -> None:
    """What is there comes in; where it could be joined, all of it is pushed."""
    with asking.taken(link.repository, branch=link.branch) as (folder, found):
        inward.take(link, found, folder)
    if link.state in (LinkState.CONFLICT, LinkState.FAILED):
        return
    if link.state == LinkState.READY:
        move(link, LinkState.READY, wanted=None)
        return
    if link.attempts > 2:
        raise refusal
    link.attempts += 1
    link.wanted, link.draft.revision = link.draft.revision, link.draft.revision
    _push(link)


def _failed(link: GitLink, refusal: Refusal) -> None:
    now = timezone.now()
    is_over = refusal.code not in AGAIN or link.attempts >= MOST_ATTEMPTS
    wait = timedelta(seconds=min(15 * 2**link.attempts, 3_600))
    state = LinkState.FAILED if is_over else LinkState.QUEUED
    attempts = 0 if is_over else link.attempts
    next_at = None if is_over else now + wait
    move(link, state, reason=refusal.message, hint=refusal.hint, next_at=next_at, attempts=attempts)
