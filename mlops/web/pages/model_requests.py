"""Requests to move a stage or an alias: those that wait for somebody, and what became of the others."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.formats.refusal import Refusal
from mlops.registry.approval import deciding, queries
from mlops.registry.models import Transition
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

MOST_ENDED = 100
ACTS: dict[str, Callable[..., Transition]] = {
    "approve": deciding.approve,
    "reject": deciding.reject,
    "withdraw": deciding.withdraw,
}
Row = tuple[Transition, queries.Standing]


@signed_in
@require_http_methods(["GET", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    """POST: `act` = approve, reject or withdraw, with `request` and `reason`."""
    project = current_project(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _decide(request)
            return redirect(f"{request.path}?project={project.slug}")
        except Refusal as refusal:
            problem = refusal
    context = _context(request, project) | {"problem": problem, "typed": request.POST}
    return render(request, "web/models/requests.html", context, status=problem.status if problem else 200)


@signed_in
def waiting_rows(request: HttpRequest) -> HttpResponse:
    """The live part of the page."""
    return render(request, "web/models/_requests.html", _context(request, current_project(request)))


def _context(request: HttpRequest, project: Project) -> dict[str, object]:
    seen = queries.visible_transitions(request.user).filter(model__project=project)
    waiting = list(queries.waiting(seen))
    ended = seen.exclude(expires_at=None).exclude(pk__in=[one.pk for one in waiting])
    is_owner = may(request.user, "rules.manage", project)
    return {
        "project": project,
        "waiting": [(one, queries.standing_of(request.user, one, is_owner=is_owner)) for one in waiting],
        "ended": [(one, queries.standing_of(request.user, one, is_owner=is_owner)) for one in ended[:MOST_ENDED]],
    }


def _decide(request: HttpRequest) -> None:
    given = request.POST
    act, number = ACTS.get(given.get("act", "")), given.get("request", "")
    if act is None or not number.isdecimal():
        raise Refusal("act_unknown", _("The page sent an act that is not known."), hint=_("Load the page again."))
    asked = queries.visible_request(request.user, int(number))
    told = act(request.user, asked, reason=given.get("reason", ""))
    words = {
        "pending": _("Your approval is noted; others must agree too."),
        "done": _("Approved: it has taken effect."),
        "rejected": _("Rejected: nothing has changed."),
        "withdrawn": _("Withdrawn: nothing has changed."),
    }
    messages.success(request, words[told.state])


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/requests/", requests, name="model-requests"),
    path("models/requests/rows/", waiting_rows, name="model-request-rows"),
]
