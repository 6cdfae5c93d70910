"""The pages about retraining: policies and latest attempts, one policy, and the form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import yaml
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may
from mlops.formats.refusal import Refusal
from mlops.registry.queries import reference_in, versions_named, versions_offered
from mlops.retraining import actions, queries
from mlops.retraining.champion import champion_of
from mlops.retraining.models import LIVE, Attempt, Policy
from mlops.retraining.versions import version_named
from mlops.web.guard import signed_in
from mlops.web.pages import retraining_words as words
from mlops.web.projects import current_project, show_project

ATTEMPTS_A_PAGE = 25
MOST_LATEST = 20
MOST_VERSIONS = 20


@signed_in
@require_GET
def retraining(request: HttpRequest) -> HttpResponse:
    """`part=rows`: the live part alone."""
    project = current_project(request)
    policies = list(queries.visible_to(request.user).filter(project=project))
    latest = Attempt.objects.filter(policy__in=policies).select_related("policy", "run", "rollout__endpoint")
    last: dict[Any, Attempt] = {}
    for one in latest.defer("evidence", "history").order_by("policy", "-number"):
        last.setdefault(one.policy_id, one)
    context = {
        "project": project,
        "rows": [(one, words.when_words(one.wanted), last.get(one.pk)) for one in policies],
        "latest": latest.defer("evidence", "history").order_by("-created_at")[:MOST_LATEST],
        "may_contribute": may(request.user, "retraining.run", project),
    }
    page = "_rows" if request.GET.get("part") == "rows" else "list"
    return render(request, f"web/retraining/{page}.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, policy_id: UUID) -> HttpResponse:
    """POST `act`: start, compare, enable, disable, delete. `part=attempts`: the live part alone."""
    shown = queries.policy(request.user, policy_id)
    show_project(request, shown.project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _acted(request, shown)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem = refusal
    part = "_attempts" if request.GET.get("part") == "attempts" else "policy"
    context = _context(request, shown) | {"problem": problem}
    return render(request, f"web/retraining/{part}.html", context, status=problem.status if problem else 200)


def _acted(request: HttpRequest, shown: Policy) -> HttpResponse:
    act, person, typed = request.POST.get("act", ""), request.user, request.POST
    if act == "start":
        made = actions.start(person, shown, reason=typed.get("reason", ""))
        return redirect("web:retraining-attempt", shown.pk, made.number)
    if act == "compare":
        return _compared(request, shown)
    if act in ("enable", "disable"):
        actions.switch_policy(person, shown, is_enabled=act == "enable")
        return redirect("web:retraining-policy", shown.pk)
    if act == "delete":
        actions.delete_policy(person, shown)
        messages.success(request, _("The policy “%(name)s” is deleted.") % {"name": shown.name})
        return redirect("web:retraining")
    raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))


def _compared(request: HttpRequest, shown: Policy) -> HttpResponse:
    """A dry run of two versions."""
    person, typed, model = request.user, request.POST, shown.wanted.model
    old = typed.get("champion", "").strip()
    made = actions.compare(
        person,
        shown,
        challenger=version_named(person, shown.project, typed.get("challenger", ""), model, where="challenger"),
        champion=version_named(person, shown.project, old, model, where="champion") if old else None,
    )
    return redirect("web:retraining-attempt", shown.pk, made.number)


def _context(request: HttpRequest, shown: Policy) -> dict[str, Any]:
    settings, project = shown.wanted, shown.project
    own = versions_named(request.user, project, settings.model).order_by("-number")[:MOST_VERSIONS]
    offered = versions_offered(project)[:MOST_VERSIONS]
    attempts = queries.attempts_of(shown)
    return {
        "policy": shown,
        "project": project,
        "wanted": settings,
        "when": words.when_words(settings),
        "limits": list(words.limit_words(settings)),
        "gates": list(words.gate_words(settings)),
        "held_out": words.held_out_words(settings),
        "end": words.ENDS[settings.then.do],
        "champion": champion_of(project, settings),
        "under_way": attempts.filter(stage__in=LIVE).first(),
        "page_obj": Paginator(attempts, ATTEMPTS_A_PAGE).get_page(request.GET.get("page")),
        "looked_back": [one for one in queries.looked_back(shown) if one.is_other],
        "versions": [reference_in(project, one) for one in (*own, *offered)],
        "revisions": queries.revisions_of(shown)[:20],
        "as_yaml": yaml_of(shown),
        "may_contribute": may(request.user, "retraining.run", project),
    }


def yaml_of(shown: Policy) -> str:
    """As `mlops retraining create -f` reads it."""
    told = {"type": "retraining", "name": shown.name}
    told |= {"description": shown.description} if shown.description else {}
    return yaml.safe_dump(told | msgspec.to_builtins(shown.wanted), sort_keys=False, allow_unicode=True, width=100)


urlpatterns: list[URLPattern | URLResolver] = [
    path("retraining/", retraining, name="retraining"),
    path("retraining/<uuid:policy_id>/", policy, name="retraining-policy"),
]
