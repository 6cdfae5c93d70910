"""Tags that are pushed begin the releases that wait for them, each once."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from django.db import transaction
from django.utils import timezone

from mlops.repositories.models import Release, ReleaseCall, Repository
from mlops.work.calls import later


def begin(row: Repository, tag: str, *, points_to: str, pusher: str = "") -> list[str]:
    """The names of the releases that wait for such a tag. `points_to`: a commit, or a tag object that names one; a
    tag that is moved begins anew."""
    waiting = [one for one in _waiting(row) if fnmatchcase(tag, one.git_tag)]
    for release in waiting:
        _queue(release, tag, points_to=points_to, why=pusher)
    return [one.name for one in waiting]


def look_at(row: Repository, tags: Mapping[str, str]) -> None:
    """What a regular look found. What was there before a release was set up is only remembered."""
    for release in _waiting(row):
        found = {tag: points_to for tag, points_to in tags.items() if fnmatchcase(tag, release.git_tag)}
        known = release.known_tags
        if found == known:
            continue
        with transaction.atomic():
            for tag, points_to in found.items():
                if known is not None and known.get(tag) != points_to:
                    _queue(release, tag, points_to=points_to)
            Release.objects.filter(pk=release.pk).update(known_tags=found)


def _waiting(row: Repository) -> list[Release]:
    return list(Release.objects.filter(repository=row, is_enabled=True).exclude(git_tag=""))


def _queue(release: Release, tag: str, *, points_to: str, why: str = "") -> None:
    now = timezone.now()
    facts = {"why": why[:300], "state_since": now, "next_at": now}
    with transaction.atomic():
        call, is_new = ReleaseCall.objects.get_or_create(
            release=release, git_tag=tag, tag_object=points_to, defaults=facts
        )
        if is_new:
            later("repositories.release", call.pk)
