"""The recycle bin of runs: what lies there, restored or deleted for good, and the experiments' rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require
from mlops.access.models import Project
from mlops.formats.refusal import Refusal
from mlops.runs import queries
from mlops.runs.deletion import in_bin, purge, restore
from mlops.runs.models import Experiment, RetentionRule, Run, Tombstone
from mlops.runs.remains import size_of
from mlops.runs.retention import drop_rule, found_by, set_rule
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

RUNS_A_PAGE = 25
MOST_GONE = 20


@signed_in
@require_http_methods(["GET", "POST"])
def recycle_bin(request: HttpRequest) -> HttpResponse:
    """POST: `act` = restore or purge with `run`; rule or drop_rule with `experiment`. `?try=EXPERIMENT` shows what its
    rule would delete now."""
    project = current_project(request)
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Refusal("act_unknown", _("The page sent an act that is not known."), hint=_("Load the page again."))
        require(request.user, "runs.track", project)
        act(request, project)
        return redirect(f"{request.path}?project={project.slug}")
    deleted = in_bin(queries.with_deleted(request.user).filter(project=project))
    page = Paginator(deleted, RUNS_A_PAGE).get_page(request.GET.get("page"))
    rules = RetentionRule.objects.filter(experiment__project=project).select_related("experiment")
    tried = rules.filter(experiment__name=request.GET.get("try", "")).first()
    context = {
        "project": project,
        "page": page,
        "rows": [(run, size_of(run), _goes_at(run)) for run in page],
        "days": settings.BIN_DAYS,
        "gone": Tombstone.objects.filter(project=project)[:MOST_GONE],
        "rules": rules,
        "tried": tried,
        "found": found_by(tried) if tried else None,
        "experiments": queries.experiments(request.user, project=project.slug).filter(deleted_at=None),
        "may_contribute": may(request.user, "runs.track", project),
        "may_own": may(request.user, "bin.empty", project),
    }
    return render(request, "web/runs/bin.html", context)


def _goes_at(run: Run) -> Any:
    return run.deleted_at + timedelta(days=settings.BIN_DAYS) if settings.BIN_DAYS and run.deleted_at else None


def _restore(request: HttpRequest, project: Project) -> None:
    run = _run(request, project)
    restore(request.user, run)
    messages.success(request, _("Run #%(number)d is restored.") % {"number": run.number})


def _purge(request: HttpRequest, project: Project) -> None:
    run = _run(request, project)
    purge(request.user, run, confirmed=request.POST.get("confirmed", ""), reason=request.POST.get("reason", ""))
    messages.success(request, _("Run #%(number)d is deleted for good.") % {"number": run.number})


def _rule(request: HttpRequest, project: Project) -> None:
    typed = request.POST
    set_rule(
        request.user,
        _experiment(request, project),
        older_than_days=_number(typed.get("older_than_days", "")),
        keep_best=_number(typed.get("keep_best", "")),
        metric=typed.get("metric", "").strip(),
        is_larger_better=typed.get("better", "larger") == "larger",
        keep_tagged=typed.get("keep_tagged", "").strip(),
        is_on="is_on" in typed,
    )
    messages.success(request, _("The rule is set."))


def _drop_rule(request: HttpRequest, project: Project) -> None:
    drop_rule(request.user, _experiment(request, project))


def _run(request: HttpRequest, project: Project) -> Run:
    try:
        wanted = UUID(request.POST.get("run", ""))
    except ValueError:
        wanted = UUID(int=0)
    found = queries.with_deleted(request.user).filter(project=project, pk=wanted).select_related("parent").first()
    if found is None:
        raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
    return found


def _experiment(request: HttpRequest, project: Project) -> Experiment:
    found = Experiment.objects.filter(project=project, name=request.POST.get("experiment", "")).first()
    if found is None:
        raise Refusal("not_found", _("There is no such experiment in this project."), status=404)
    return found


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


ACTS: dict[str, Callable[[HttpRequest, Project], None]] = {
    "restore": _restore,
    "purge": _purge,
    "rule": _rule,
    "drop_rule": _drop_rule,
}

urlpatterns: list[URLPattern | URLResolver] = [path("runs/bin/", recycle_bin, name="runs-bin")]
