"""Reads of links: what a person may see, and as REST tells it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from designer.git.outward import proposals_of
from designer.git.states import shown
from designer.models import Draft, GitLink
from mlops.access.decisions import visible_projects
from mlops.formats.refusal import Refusal
from mlops.repositories.models import Repository


def visible_to(person: Any) -> QuerySet[GitLink]:
    found = GitLink.objects.filter(repository__project__in=visible_projects(person))
    return found.select_related("draft__project", "repository__project", "theirs", "acts_as", "wanted_by")


def of_repository(person: Any, row: Repository) -> QuerySet[GitLink]:
    return visible_to(person).filter(repository=row)


def by_id(person: Any, link_id: UUID, *, repository: Repository | None = None) -> GitLink:
    """Raises Refusal `not_found`."""
    found = visible_to(person).filter(pk=link_id)
    one = found.filter(repository=repository).first() if repository else found.first()
    if one is None:
        raise Refusal("not_found", _("There is no such link, or you may not see it."), status=404)
    return one


def of_draft(person: Any, draft: Draft) -> GitLink | None:
    return visible_to(person).filter(draft=draft).first()


def shaped(link: GitLink) -> dict[str, Any]:
    return {
        "id": str(link.pk),
        "repository": link.repository.name,
        "path": link.path,
        "branch": link.branch,
        "draft": str(link.draft_id),
        "name": link.draft.name,
        "is_direct": link.is_direct,
        "pushes_versions": link.pushes_versions,
        "state": shown(link).value,
        "reason": link.reason,
        "hint": link.hint,
        "state_since": link.state_since.isoformat(),
        "commit": link.commit,
        "proposal": proposals_of(link) if link.proposal else "",
        "theirs": str(link.theirs_id) if link.theirs_id else None,
        "theirs_commit": link.theirs_commit,
        "acts_as": link.acts_as.get_username() if link.acts_as else None,
        "is_waiting": link.next_at is not None,
        "url": reverse("designer:git-link", args=[link.pk]),
    }
