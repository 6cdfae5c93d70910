"""The experiments of a project: how many runs, when the last, and what becomes of old ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.runs import queries
from mlops.runs.experiments import delete_experiment, restore_experiment
from mlops.runs.models import Experiment, RetentionRule, Run
from mlops.runs.searching import EXPERIMENTS
from mlops.tags.filters import tags_of_many
from mlops.traces.models import Trace
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.projects import current_project

LIST = replace(EXPERIMENTS, order="-last_run")


@signed_in
@require_http_methods(["GET", "POST"])
def experiments(request: HttpRequest) -> HttpResponse:
    """POST: `act` = delete or restore, with `experiment`."""
    project = current_project(request)
    known = queries.experiments(request.user, project=project.slug)
    if request.method == "POST":
        _act(request, _named(request, known))
        return redirect(f"{request.path}?project={project.slug}")
    found = listed(request, LIST, known.filter(deleted_at=None), project=project.slug)
    counted: dict[Any, Any] = {
        row["experiment"]: row
        for row in Run.kept.filter(experiment__in=found.rows)
        .order_by()
        .values("experiment")
        .annotate(
            count=Count("pk"),
            under_way=Count("pk", filter=Q(state__in=("queued", "running", "cancelling"))),
            failed=Count("pk", filter=Q(state="failed")),
            last=Max("created_at"),
        )
    }
    rules = {rule.experiment_id: rule for rule in RetentionRule.objects.filter(experiment__in=found.rows)}
    tags = tags_of_many(found.rows)
    context = {
        "project": project,
        "listed": found,
        "rows": [(one, counted.get(one.pk, {}), rules.get(one.pk), tags[str(one.pk)]) for one in found.rows],
        "deleted": known.exclude(deleted_at=None),
        "traced": set(Trace.objects.filter(project=project).order_by().values_list("experiment", flat=True).distinct()),
        "may_contribute": may(request.user, "runs.track", project),
    }
    return render(request, "web/runs/experiments.html", context, status=found.status)


def _named(request: HttpRequest, known: Any) -> Experiment:
    try:
        found = known.filter(pk=UUID(request.POST.get("experiment", ""))).first()
    except ValueError:
        found = None
    if found is None:
        raise Refusal("not_found", _("There is no such experiment, or you may not see it."), status=404)
    return found  # type: ignore[no-any-return]


def _act(request: HttpRequest, experiment: Experiment) -> None:
    if request.POST.get("act") == "restore":
        restore_experiment(request.user, experiment)
        messages.success(request, _("“%(name)s” is restored, with its runs.") % {"name": experiment.name})
    elif request.POST.get("act") == "delete":
        delete_experiment(request.user, experiment)
        messages.success(request, _("“%(name)s” is in the recycle bin, with its runs.") % {"name": experiment.name})
    else:
        raise Refusal("act_unknown", _("The page sent an act that is not known."), hint=_("Load the page again."))


urlpatterns: list[URLPattern | URLResolver] = [path("experiments/", experiments, name="experiments")]
