"""A commit of a repository becomes a version of the draft that is linked to a file of it.

Our own commit that comes back is known by the file's content. What changed on one side only is taken; what changed on
both is joined where no field is meant by both; else both drawings stand side by side, and somebody decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from designer import oplog
from designer.actions import create_draft
from designer.git.placing import ABSENT, digests_in
from designer.git.states import agree, move, resting, tell
from designer.graph.operations import Change, difference
from designer.importing import ReadDrawing, read_drawing
from designer.models import Draft, GitLink, LinkState, Version
from mlops.formats.azureml.faults import told_in_full
from mlops.formats.refusal import Refusal
from mlops.repositories.followers import Outcome
from mlops.repositories.git.orders import Fetched
from mlops.repositories.models import Repository

AFTER_A_PUSH = timedelta(seconds=30)


def follow(row: Repository, found: Fetched, folder: Path) -> list[Outcome]:
    """What became of each draft that follows a file of this branch."""
    links = GitLink.objects.filter(repository=row).select_related("draft__project", "repository__project", "acts_as")
    outcomes = []
    for link in links:
        if link.branch not in ("", found.branch):
            continue
        if link.wanted is not None and link.attempts:  # our own commit may be on its way: looked at when it is through
            GitLink.objects.filter(pk=link.pk).update(next_at=timezone.now() + AFTER_A_PUSH)
            continue
        outcomes.append(take(link, found, folder))
    return [one for one in outcomes if one is not None]


def branches(row: Repository) -> set[str]:
    return set(GitLink.objects.filter(repository=row).values_list("branch", flat=True))


def take(link: GitLink, found: Fetched, folder: Path) -> Outcome | None:
    """None where nothing of it changed."""
    if link.branch != found.branch:
        GitLink.objects.filter(pk=link.pk).update(branch=found.branch)
        link.branch = found.branch
    try:
        with transaction.atomic():
            text = _take(link, found, folder)
    except Refusal as refusal:
        text = told_in_full(refusal)
        move(link, LinkState.FAILED, reason=text, hint=refusal.hint, next_at=None)
        return _outcome(link, text, is_bad=True)
    return _outcome(link, text) if text else None


def _take(link: GitLink, found: Fetched, folder: Path) -> str:
    """What was done, in words; empty where nothing was to be done."""
    there = digests_in(folder, [link.path, *link.files])
    if there[link.path] == ABSENT:
        return _absent(link, found)
    if link.files and there == link.files:
        GitLink.objects.filter(pk=link.pk).update(commit=found.commit)
        if link.state in (LinkState.FAILED, LinkState.QUEUED) and link.wanted is None:
            move(link, resting(link))
        return ""
    actor = link.acts_as
    if actor is None:
        hint = _("Link it again: a change from there has that person's rights then.")
        raise Refusal("link_nobodys", _("The person who linked it has left."), hint=hint)
    read = read_drawing(actor, link.draft.project, folder, main=link.path)
    theirs = msgspec.to_builtins(read.document)
    files = digests_in(folder, read.touched)
    held = Draft.objects.select_for_update(no_key=True).get(pk=link.draft_id)
    link.draft = held
    agreed = agree(commit=found.commit, files=files, base=theirs)
    ours = dict(held.document)
    if not difference(ours, theirs):
        proposal: dict[str, Any] = {"proposal": "", "proposed": {}} if link.proposal else {}
        move(link, _same(link), **agreed, **proposal)
        return _("The same here and there.")
    here = difference(link.base, ours) if link.base is not None else None
    if here == ():
        _lead(actor, held, difference(ours, theirs), found)
        _describe(held, read)
        move(link, LinkState.READY, **agreed)
        tell(actor, link, "pulled", commit=found.commit)
        return _("Became revision %(number)d.") % {"number": held.revision}
    changed = difference(link.base, theirs) if link.base is not None else ()
    if here is not None and not changed:  # words or order of the file alone
        move(link, LinkState.AHEAD, reason=_unpushed(), hint=_next(), **agreed)
        return _("Its drawing did not change.")
    if here is not None and _are_apart(here, changed):
        _lead(actor, held, changed, found)
        told = _("Both sides changed other things, which are joined in revision %d.") % held.revision
        move(link, LinkState.AHEAD, reason=told, hint=_next(), **agreed)
        tell(actor, link, "pulled", commit=found.commit)
        return told
    return _in_conflict(actor, link, read, found, files)


def _in_conflict(actor: Any, link: GitLink, read: ReadDrawing, found: Fetched, files: dict[str, str]) -> str:
    """Theirs becomes a draft of its own, so that both can be seen, compared and run."""
    if link.theirs_commit == found.commit and link.theirs is not None:
        return str(link.reason)
    name = f"{link.draft.name} ({found.branch}@{found.commit[:10]})"[:200]
    origin = f"drafts/{link.draft_id}@{link.draft.revision}"
    theirs = create_draft(
        actor, link.draft.project, name=name, document=read.document, description=read.help, cloned_from=origin
    )
    reason = _("It was changed here, and in the repository at %(commit)s (%(message)s).") % {
        "commit": found.commit[:10],
        "message": found.message,
    }
    hint = _("Compare both, then keep one of them; the other stays in the history.")
    more = {"theirs": theirs, "theirs_commit": found.commit, "theirs_files": files, "next_at": None, "wanted": None}
    move(link, LinkState.CONFLICT, reason=reason, hint=hint, **more)
    tell(actor, link, "conflicted", commit=found.commit, reason=reason)
    return reason


def _lead(actor: Any, draft: Draft, changes: tuple[Change, ...], found: Fetched) -> None:
    """One operation, which can be undone, and a version of the commit's name."""
    number, place = uuid4(), f"{found.branch}@{found.commit[:10]}"
    label = f"{place}: {found.message}"
    oplog.append(actor, draft, (oplog.Sent(id=number, step=number, label=label[:200], changes=changes),))
    facts = {"number": draft.revision, "description": found.message, "at": timezone.now(), "by": actor}
    Version.objects.get_or_create(draft=draft, name=place[:120], defaults=facts)


def _describe(draft: Draft, read: ReadDrawing) -> None:
    name, help = read.title[:200] or draft.name, read.help
    if (name, help) != (draft.name, draft.description):
        Draft.objects.filter(pk=draft.pk).update(name=name, description=help)
        draft.name, draft.description = name, help


def _absent(link: GitLink, found: Fetched) -> str:
    """A file that is not there yet is written by the first push; one that is gone stays gone until somebody asks."""
    if not link.files:
        return ""
    reason = _("%(path)s is not there any more at %(commit)s.") % {"path": link.path, "commit": found.commit[:10]}
    hint = _("Push to write it again, or take the link away; the draft stays in any case.")
    missing = dict.fromkeys(link.files, ABSENT)
    move(link, LinkState.FAILED, reason=reason, hint=hint, next_at=None, files={link.path: ABSENT, **missing})
    return reason


def _are_apart(one: Iterable[Change], other: Iterable[Change]) -> bool:
    """No field is written by both, and neither takes away what the other writes into."""
    places = [each.path for each in one]
    return not any(
        mine[: len(theirs)] == theirs or theirs[: len(mine)] == mine
        for theirs in (each.path for each in other)
        for mine in places
    )


def _same(link: GitLink) -> LinkState:
    return LinkState.QUEUED if link.wanted is not None else LinkState.READY


def _unpushed() -> str:
    return _("It was changed here since the file was last the same.")


def _next() -> str:
    return _("Save a version, or push now.")


def _outcome(link: GitLink, text: str, *, is_bad: bool = False) -> Outcome:
    url = reverse("designer:git-link", args=[link.pk])
    return Outcome(title=f"{link.draft.name} ({link.path})", url=url, text=text, is_bad=is_bad)
