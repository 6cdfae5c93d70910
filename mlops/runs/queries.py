"""Reads of runs: what a person may see, and the values at their ports."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import seen_in
from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.runs.models import Experiment, LogLine, Run, RunState, Step


def visible_to(person: Any) -> QuerySet[Run]:
    """Without those in the recycle bin."""
    return with_deleted(person).filter(deleted_at=None)


def with_deleted(person: Any) -> QuerySet[Run]:
    return Run.objects.filter(seen_in(person)).select_related("project", "experiment", "created_by")


def run(person: Any, run_id: UUID) -> Run:
    """Raises Refusal `not_found`, also for a run that the person may not see."""
    found = with_deleted(person).filter(pk=run_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
    if found.deleted_at is not None:
        raise Refusal(
            "run_deleted",
            _("Run #%(number)d is in the recycle bin.") % {"number": found.number},
            hint=_("Restore it there to open it again."),
            status=404,
        )
    return found


def filtered(
    runs: QuerySet[Run], *, project: str = "", state: str = "", experiment: str = "", text: str = "", who: str = ""
) -> QuerySet[Run]:
    if project:  # by its id: of a name PostgreSQL does not know how many runs it has
        runs = runs.filter(project__in=list(Project.objects.filter(slug=project).values_list("pk", flat=True)))
    if state:
        if state not in RunState.values:
            message, place = f"“{state}” is no state of a run.", Where(parameter="state", value=state[:100])
            raise Refusal("state_unknown", message, hint=nearest(state, RunState.values), where=place)
        runs = runs.filter(state=state)
    if experiment:
        runs = runs.filter(experiment__name=experiment)
    if who:
        runs = runs.filter(created_by__username=who)
    if text:
        number = Q(number=int(text.lstrip("#"))) if text.lstrip("#").isdecimal() else Q()
        runs = runs.filter(Q(display_name__icontains=text) | Q(description__icontains=text) | number)
    return runs


def experiments(person: Any, *, project: str = "") -> QuerySet[Experiment]:
    found = Experiment.objects.filter(seen_in(person)).select_related("project")
    return found.filter(project__slug=project) if project else found


def steps(of: Run) -> list[Step]:
    """In an order in which they can run."""
    return list(Step.objects.filter(run=of).select_related("reused_from__run").order_by("pk"))


def names_of(steps: list[Step]) -> dict[str, str]:
    """Node to title; titles that occur twice carry the node's id."""
    counts = Counter(step.title for step in steps)
    return {step.node: step.title if counts[step.title] == 1 else f"{step.title} ({step.node})" for step in steps}


def step(of: Run, node: str) -> Step:
    known = Step.objects.filter(run=of).select_related("run__project")
    found = known.filter(node=node).first()
    if found is None:
        hint = nearest(node, known.values_list("node", flat=True))
        raise Refusal("node_not_found", _("This run has no step “%(node)s”.") % {"node": node}, hint=hint, status=404)
    return found


def output(of: Step, port: str) -> dict[str, str]:
    """{"type": port type, "tree": digest}. Raises Refusal `output_not_found` with what there is."""
    found = of.outputs.get(port)
    if found is None:
        known = ", ".join(of.outputs) or "none yet"
        raise Refusal(
            "output_not_found",
            _("“%(title)s” has no output “%(port)s” to look at.") % {"title": of.title, "port": port},
            hint=_("Outputs: %(known)s. Its state is %(lower)s.")
            % {"known": known, "lower": of.get_state_display().lower()},
            status=404,
        )
    return dict(found)


def log_lines(of: Step, *, after: int = 0, most: int = 2_000) -> list[LogLine]:
    return list(LogLine.objects.filter(step=of, seq__gt=after).order_by("seq")[:most])
