"""How urgent a run is: steps of runs with a higher priority are taken first."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.runs.models import Priority, Run

WORDS = {"low": Priority.LOW, "normal": Priority.NORMAL, "medium": Priority.NORMAL, "high": Priority.HIGH}
"""Files of jobs say medium for normal."""


def require_priority(actor: Any, project: Project, priority: int) -> None:
    """Everybody who may run things may do without haste. Raises Refusal `forbidden`."""
    if priority > Priority.NORMAL:
        require(actor, "runs.prioritize", project)


def prioritize(actor: Any, run: Run, *, priority: str, reason: str = "") -> None:
    """Also of a run that goes: its steps that wait move. Raises Refusal `priority_unknown`, `run_ended`."""
    require(actor, "runs.cancel", run.project)
    if priority not in WORDS:
        raise Refusal(
            "priority_unknown",
            _("“%(word)s” is no priority.") % {"word": priority[:20]},
            hint=nearest(priority, WORDS) or _("There are: %(names)s.") % {"names": ", ".join(WORDS)},
            status=422,
            where=Where(parameter="priority", value=priority[:20]),
        )
    wanted, before = WORDS[priority], run.priority
    require_priority(actor, run.project, max(wanted, before))
    if run.is_final:
        raise Refusal("run_ended", _("This run has ended."), hint=_("Its priority means nothing any more."), status=409)
    if wanted == before:
        return
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(priority=wanted)
        Run.objects.filter(parent=run.pk).update(priority=wanted)
        record(
            actor,
            "mlops.run.prioritized",
            subject=f"runs/{run.pk}",
            project=run.project,
            data={"run_id": str(run.pk), "priority": priority},
            reason=reason,
            notice=("run", str(run.pk)),
            before={"priority": before},
            after={"priority": int(wanted)},
        )
    run.priority = wanted
