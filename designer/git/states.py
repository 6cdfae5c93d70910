"""Moves between the states of a link. Each says why, since when and what to do next."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from designer.graph.operations import difference
from designer.models import GitLink, LinkState
from mlops.events.chain import record


def move(link: GitLink, state: LinkState, *, reason: str = "", hint: str = "", **more: Any) -> None:
    """Stores it, with `more` of the row's fields."""
    if state != link.state or reason != link.reason:
        link.state_since = timezone.now()
    for field, value in {"state": state, "reason": reason, "hint": hint, **more}.items():
        setattr(link, field, value)
    link.save(update_fields=["state", "state_since", "reason", "hint", *more])


def resting(link: GitLink) -> LinkState:
    """Where nobody works on it and nothing is wrong."""
    if link.base is None:
        return LinkState.QUEUED
    if link.proposal:
        return LinkState.PROPOSED
    return LinkState.AHEAD if difference(link.base, link.draft.document) else LinkState.READY


def shown(link: GitLink) -> LinkState:
    """As a person sees it: a drawing may have gone on since."""
    return resting(link) if link.state == LinkState.READY else LinkState(link.state)


def agree(*, commit: str, files: dict[str, str], base: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row whose file and drawing were the same at that commit."""
    return {"commit": commit, "files": files, "base": base, "theirs": None, "theirs_commit": "", "theirs_files": {}}


def tell(actor: Any, link: GitLink, verb: str, *, commit: str = "", reason: str = "") -> None:
    data = {
        "repository": link.repository.name,
        "path": link.path,
        "branch": link.branch,
        "commit": commit,
        "revision": link.draft.revision,
        "why": reason[:500],
    }
    record(
        actor,
        f"mlops.draft.git_{verb}",
        subject=f"drafts/{link.draft_id}",
        project=link.repository.project,
        data=data,
        notice=("draft", str(link.draft_id)),
    )
