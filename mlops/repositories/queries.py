"""Reads of repositories: what a person may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.formats.refusal import Refusal
from mlops.repositories.models import Delivery, Push, Release, ReleaseCall, Repository
from mlops.runs.models import Run
from mlops.runs.shaping import UNSEEN


def visible_to(person: Any, *, project: str = "") -> QuerySet[Repository]:
    found = Repository.objects.filter(project__in=visible_projects(person)).select_related("project", "acts_as")
    return found.filter(project__slug=project) if project else found


def by_id(person: Any, repository_id: UUID) -> Repository:
    """Raises Refusal `not_found`."""
    found = visible_to(person).filter(pk=repository_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such repository, or you may not see it."), status=404)
    return found


def pushes(row: Repository) -> QuerySet[Push]:
    runs = Prefetch("started__run", Run.objects.defer(*UNSEEN))
    return Push.objects.filter(repository=row).select_related("asked_by").prefetch_related(runs)


def push_of(row: Repository, push_id: UUID) -> Push:
    found = pushes(row).filter(pk=push_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such push."), status=404)
    return found


def release_of(row: Repository, release_id: UUID) -> Release:
    found = Release.objects.filter(repository=row, pk=release_id).select_related("repository__project").first()
    if found is None:
        raise Refusal("not_found", _("There is no such release."), status=404)
    return found


def call_of(release: Release, call_id: int) -> ReleaseCall:
    found = ReleaseCall.objects.filter(release=release, pk=call_id)
    one = found.select_related("release__repository__project").first()
    if one is None:
        raise Refusal("not_found", _("There is no such call."), status=404)
    return one


def calls(row: Repository) -> QuerySet[ReleaseCall]:
    """Of all its releases, the newest first."""
    found = ReleaseCall.objects.filter(release__repository=row)
    return found.select_related("release", "run", "deployment__endpoint").defer(*(f"run__{one}" for one in UNSEEN))


def deliveries(row: Repository) -> QuerySet[Delivery]:
    return Delivery.objects.filter(repository=row).select_related("push")
