"""Weights of projects: where the steps of several wait, the workers go to them in proportion to these."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.models import Project
from mlops.compute.models import ProjectWeight
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where

USUAL, MOST = 1, 100


def weights() -> dict[UUID, int]:
    """Of the projects that were given one; the others have USUAL."""
    return dict(ProjectWeight.objects.values_list("project", "weight"))


def weight_of(project: Project) -> int:
    return ProjectWeight.objects.filter(project=project).values_list("weight", flat=True).first() or USUAL


def weigh(actor: Any, project: Project, weight: Any, *, reason: str = "") -> int:
    """Raises Refusal `weight_invalid`."""
    hint = _("Ask an administrator of this server.")
    require_administrator(actor, _("Only an administrator may weigh projects."), hint)
    wanted = _checked(weight)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        before = weight_of(project)
        if wanted == before:
            return wanted
        ProjectWeight.objects.update_or_create(project=project, defaults={"weight": wanted, "set_by": actor})
        record(
            actor,
            "mlops.project.weighed",
            subject=f"projects/{project.slug}",
            project=project,
            data={"weight": wanted},
            reason=reason,
            before={"weight": before},
            after={"weight": wanted},
        )
    return wanted


def _checked(weight: Any) -> int:
    text = "" if isinstance(weight, bool) else str(weight).strip()
    if text.isascii() and text.isdecimal() and len(text) < 5 and USUAL <= int(text) <= MOST:
        return int(text)
    raise Refusal(
        "weight_invalid",
        _("“%(value)s” is no weight of a project.") % {"value": text[:40]},
        hint=_("Give a whole number from 1 to %(most)d; 1 is usual.") % {"most": MOST},
        status=422,
        where=Where(parameter="weight", value=text[:40]),
    )
