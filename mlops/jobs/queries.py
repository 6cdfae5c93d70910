"""Reads of jobs: by the names that people and files use."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, nearest
from mlops.runs import queries as runs
from mlops.runs.models import Run

OURS = {"notstarted": "queued", "canceled": "cancelled", "cancelrequested": "cancelling", "finished": "completed"}
"""States as Azure ML calls them."""
MOST_OF_A_NAME = 1_000


def jobs(person: Any) -> QuerySet[Run]:
    return runs.visible_to(person).filter(deleted_at=None)


def listed(
    person: Any,
    *,
    project: str = "",
    state: str = "",
    experiment: str = "",
    who: str = "",
    parent: str = "",
    archived: str = "",
) -> QuerySet[Run]:
    """`parent`: only the children of that job, else only jobs without one; `archived`: `only`, `include`, or none.
    Raises Refusal `state_unknown`, `job_unknown`."""
    state = OURS.get(state.lower(), state)
    found = runs.filtered(jobs(person), project=project, state=state, experiment=experiment, who=who)
    found = found.filter(parent=job(person, parent, project=project)) if parent else found.filter(parent=None)
    if archived == "include":
        return found
    return found.filter(archived_at__isnull=archived != "only")


def job(person: Any, name: str, *, project: str = "") -> Run:
    """The job of that name, number (`#12`) or id; else the only one of that display name. Raises Refusal
    `job_unknown` with the nearest name, `job_ambiguous`."""
    known = jobs(person)
    known = known.filter(project__slug=project) if project else known
    wanted = name.strip()
    for condition in _conditions(wanted):
        found = _newest(known.filter(condition), most=4)
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(
                "job_ambiguous",
                _("Several jobs go by “%(wanted)s”.") % {"wanted": wanted},
                hint=_("Give a name (newest first: %(found)s) or the project.")
                % {"found": ", ".join(names_of(found[:3]))},
                status=409,
            )
    names = list(known.exclude(name="").values_list("name", flat=True)[:2_000])
    hint = nearest(wanted, names) or _("`mlops job list` shows their names.")
    raise Refusal("job_unknown", _("There is no job “%(wanted)s”.") % {"wanted": wanted}, hint=hint, status=404)


def _newest(found: QuerySet[Run], *, most: int) -> list[Run]:
    """Sorted here: the database would else walk all runs from the newest on to find the few that fit."""
    known = dict(found.order_by().values_list("pk", "created_at")[:MOST_OF_A_NAME])
    keys = sorted(known, key=lambda key: known[key], reverse=True)[:most]
    rows = found.model.objects.select_related("project", "experiment", "created_by").in_bulk(keys)
    return [rows[key] for key in keys]


def names_of(found: list[Run]) -> list[str]:
    return [one.name or str(one.pk) for one in found]


def _conditions(wanted: str) -> list[Q]:
    conditions = [Q(name=wanted)]
    with contextlib.suppress(ValueError):
        conditions.insert(0, Q(pk=UUID(wanted)))
    number = wanted.removeprefix("#")
    if number.isdecimal() and len(number) < 10:
        conditions.append(Q(number=int(number)))
    return [*conditions, Q(display_name=wanted)]
