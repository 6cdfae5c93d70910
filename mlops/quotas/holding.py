"""Whether a project may have one more. Asked in the transaction that adds it: whoever adds at the same time waits."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.quotas.kinds import KINDS
from mlops.quotas.models import Quota
from mlops.quotas.own import require_own_room
from mlops.quotas.rows import locked_most, row_of

WARNED_SHARE = 0.8


def locked_most_of(project: Project, kind: str) -> int | None:
    """None: no limit. Where there is one, nobody else gets an answer until the end of the transaction."""
    return locked_most(Quota, project, kind)


def most_of(project: Project | UUID, kind: str) -> int | None:
    """As it is now, for telling; None: no limit."""
    found = row_of(Quota, project, kind)
    return found.most if found else None


def require_room(project: Project, kind: str, *, by: Any) -> None:
    """Before one is added, in the project and in the name of `by`. Raises Refusal `quota_reached` (409)."""
    require_own_room(by, kind)
    most = locked_most_of(project, kind)
    if most is None:
        return
    used = KINDS[kind].used([project.pk])[project.pk]
    if used >= most:
        message = _("The quota of “%(project)s” is used up: %(kind)s, %(used)d of %(most)d.")
        told = {"project": project.title, "kind": KINDS[kind].title, "used": used, "most": most}
        raise reached(project, kind, message % told)
    if used + 1 in (most, math.ceil(WARNED_SHARE * most)):
        warn(project, kind, used + 1, most)


def warn(project: Project, kind: str, used: int, most: int) -> None:
    record(
        None,
        "mlops.quota.warned",
        subject=f"quotas/{project.slug}",
        project=project,
        data={"kind": kind, "used": used, "most": most},
    )


def reached(project: Project, kind: str, message: str) -> Refusal:
    return Refusal(
        "quota_reached",
        message,
        hint=_("%(remedy)s, or ask an administrator to raise the quota: %(page)s.")
        % {
            "remedy": KINDS[kind].remedy or _("Delete one that nobody needs"),
            "page": reverse("web:project-quotas", args=[project.slug]),
        },
        status=409,
    )
