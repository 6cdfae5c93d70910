"""The page of one attempt: the decision with its evidence, what led to it, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.events.models import Event
from mlops.formats.evidence import Evidence
from mlops.formats.refusal import Refusal
from mlops.formats.retraining import Compare
from mlops.retraining import actions, queries
from mlops.retraining.models import Attempt, Policy, Stage
from mlops.retraining.verdicts import verdict_of, wanted_criteria
from mlops.web.guard import signed_in
from mlops.web.projects import show_project
from mlops.web.retraining_figures import differences_figure, slices_figure

ACTS = {
    "approve": actions.approve,
    "reject": actions.reject,
    "cancel": actions.cancel,
    "retry": actions.retry,
}


@signed_in
@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, policy_id: UUID, number: int) -> HttpResponse:
    """POST `act`: approve, reject, cancel, retry. `part=body`: the live part alone."""
    policy = queries.policy(request.user, policy_id)
    show_project(request, policy.project)
    shown = queries.attempt(policy, number)
    problem: Refusal | None = None
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
        try:
            act(request.user, shown, reason=request.POST.get("reason", ""))
            return redirect("web:retraining-attempt", policy.pk, number)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem, shown = refusal, queries.attempt(policy, number)
    page = "_attempt" if request.GET.get("part") == "body" else "attempt"
    context = _context(request, policy, shown) | {"problem": problem}
    return render(request, f"web/retraining/{page}.html", context, status=problem.status if problem else 200)


def _context(request: HttpRequest, policy: Policy, shown: Attempt) -> dict[str, Any]:
    person, project = request.user, policy.project
    found, settings = shown.found, shown.wanted
    is_owner = may(person, "own", project)
    waits = shown.stage == Stage.AWAITING_APPROVAL
    by_owners = settings.approval.by == "owners"
    subject = f"retraining/{policy.pk}/attempts/{shown.number}"
    return {
        "policy": policy,
        "project": project,
        "attempt": shown,
        "trigger": shown.triggered,
        "wanted": settings,
        "verdict": shown.judged,
        "evidence": found,
        "history": [_past(one) for one in shown.history],
        "today": verdict_of(policy.wanted.compare, found) if found and policy.revision != shown.revision else None,
        "events": Event.objects.filter(project=project, subject=subject).order_by("seq")[:50],
        "may_contribute": may(person, "retraining.run", project),
        "may_decide": waits and (is_owner if by_owners else may(person, "retraining.decide", project)),
        "may_override": is_owner and shown.stage == Stage.REJECTED and _has_model(shown),
        **(_figures(settings.compare, found) if found else {}),
    }


def _has_model(shown: Attempt) -> bool:
    return shown.run_id is not None and shown.challenger_id is None and not shown.is_dry_run


def _figures(compare: Compare, found: Evidence) -> dict[str, Any]:
    """A figure for each metric that the policy asks about, and one for all slices."""
    asked = {one.metric: one.margin if one.must_be == "better" else 0.0 for one in wanted_criteria(compare, found)}
    known = {one.metric: one for one in found.metrics}
    drawn = [(known[name], differences_figure(known[name], wanted=asked[name])) for name in asked if name in known]
    tolerance = max((one.tolerance for one in compare.slices), default=0.0)
    return {
        "drawn": [(one, figure) for one, figure in drawn if figure],
        "asked": set(asked),
        "slices": [one for one in found.slices if not one.note],
        "left_out": [one for one in found.slices if one.note],
        "slices_figure": slices_figure(found.slices, tolerance=tolerance),
    }


def _past(one: dict[str, Any]) -> dict[str, Any]:
    since, until = parse_datetime(one["since"]), parse_datetime(one["until"])
    return {
        **one,
        "label": Stage(one["stage"]).label,
        "since": since,
        "until": until,
        "took": (until - since).total_seconds() if since and until else None,
    }


urlpatterns: list[URLPattern | URLResolver] = [
    path("retraining/<uuid:policy_id>/attempts/<int:number>/", attempt, name="retraining-attempt"),
]
