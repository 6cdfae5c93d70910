"""What projects and people use of their quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.models import Project
from mlops.quotas.holding import WARNED_SHARE
from mlops.quotas.kinds import KINDS, Kind, kinds_of_people
from mlops.quotas.models import PersonQuota, Quota


class Line(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    title: str
    help: str
    used: int
    most: int | None
    """None: no limit."""
    is_own: bool
    """Set for the project or the person itself, and not for all."""

    @property
    def used_told(self) -> str:
        return KINDS[self.kind].told(self.used)

    @property
    def most_told(self) -> str:
        return "" if self.most is None else KINDS[self.kind].told(self.most)

    @property
    def share(self) -> float | None:
        """Of what is allowed; None without a limit."""
        if self.most is None:
            return None
        return self.used / self.most if self.most else 1.0

    @property
    def level(self) -> str:
        """Of the badge: how near the limit is."""
        share = self.share or 0.0
        return "danger" if share >= 1 else "warn" if share >= WARNED_SHARE else ""


def lines_of(project: Project) -> list[Line]:
    return _lines([project])[project.pk]


def all_lines(actor: Any) -> list[tuple[Project, list[Line]]]:
    """Of every project, those first that are nearest to a limit. Raises Refusal `forbidden` but for administrators."""
    require_administrator(actor, _("Only an administrator may see the quotas of all projects."))
    projects = list(Project.objects.all())
    found = _lines(projects)
    return sorted(
        ((one, found[one.pk]) for one in projects),
        key=lambda one: (-max(line.share or 0.0 for line in one[1]), -sum(line.used for line in one[1]), one[0].name),
    )


def lines_of_person(person: Any) -> list[Line]:
    return _lines_of_people([person])[person.pk]


def all_people_lines(actor: Any) -> list[tuple[User, list[Line]]]:
    """Of everybody who has something that is counted, or a quota of their own, those first that are nearest to a
    limit. Raises Refusal `forbidden` but for administrators."""
    require_administrator(actor, _("Only an administrator may see the quotas of all people."))
    people = list(User.objects.filter(is_active=True).order_by("username"))
    found = _lines_of_people(people)
    shown = [(one, found[one.pk]) for one in people if any(line.used or line.is_own for line in found[one.pk])]
    return sorted(shown, key=lambda one: -max(line.share or 0.0 for line in one[1]))


def person_defaults() -> dict[str, int | None]:
    """What holds for people without a quota of their own; None: no limit."""
    known = dict(PersonQuota.objects.filter(user=None).values_list("kind", "most"))
    return {kind: known.get(kind) for kind in kinds_of_people()}


def defaults() -> dict[str, int | None]:
    """What holds for projects without a quota of their own; None: no limit."""
    known = dict(Quota.objects.filter(project=None).values_list("kind", "most"))
    return {kind: known.get(kind) for kind in KINDS}


def _lines_of_people(people: Sequence[Any]) -> dict[Any, list[Line]]:
    keys, kinds = [one.pk for one in people], kinds_of_people()
    own = {(row.user_id, row.kind): row.most for row in PersonQuota.objects.filter(user__in=keys)}
    used = {name: kind.used_by(keys) for name, kind in kinds.items()}
    return _told_of(keys, kinds, used, own, person_defaults())


def _lines(projects: Sequence[Project]) -> dict[Any, list[Line]]:
    keys = [one.pk for one in projects]
    own = {(row.project_id, row.kind): row.most for row in Quota.objects.filter(project__in=projects)}
    used = {name: kind.used(keys) for name, kind in KINDS.items()}
    return _told_of(keys, KINDS, used, own, defaults())


def _told_of(
    keys: Sequence[Any],
    kinds: Mapping[str, Kind],
    used: Mapping[str, Mapping[Any, int]],
    own: Mapping[tuple[Any, str], int | None],
    general: Mapping[str, int | None],
) -> dict[Any, list[Line]]:
    """Of each key the line of each kind. As many queries were asked, however many keys there are."""
    return {
        key: [
            Line(
                kind=name,
                title=str(kind.title),
                help=str(kind.help),
                used=used[name][key],
                most=own.get((key, name), general[name]),
                is_own=(key, name) in own,
            )
            for name, kind in kinds.items()
        ]
        for key in keys
    }
