"""Rules: the list with its recipes, one rule as a sentence that is filled in, and what it would have raised."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may, require
from mlops.access.models import Membership, Project
from mlops.alerts.inbox import queries
from mlops.alerts.models import Alert, Channel, Rule
from mlops.alerts.models.alert import OPEN
from mlops.alerts.recipes.catalogue import RECIPES, recipe
from mlops.alerts.rules import actions
from mlops.alerts.rules.checking import check
from mlops.alerts.rules.shaping import settings_of
from mlops.alerts.rules.trying import DAYS, try_rule
from mlops.alerts.rules.wording import sentence
from mlops.events.models import Event
from mlops.formats.alerting import RuleSettings, When
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.pages.alert_rule_form import choices, settings_typed, typed_in, typed_of
from mlops.web.projects import current_project, show_project

EMPTY = RuleSettings(name="", when=When(events=("mlops.run.failed",)), resolve_after="1d")
MOST_TYPES = 200


@signed_in
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    found = list(queries.rules(request.user, project).prefetch_related("channels"))
    open_ = dict(
        Alert.objects.filter(rule__in=found, state__in=OPEN).values_list("rule").annotate(count=Count("pk")).order_by()
    )
    used = {one.recipe for one in found}
    context = {
        "project": project,
        "lines": [(one, sentence(one), open_.get(one.pk, 0)) for one in found],
        "recipes": [one for one in RECIPES if one.is_usable and one.key not in used],
        "may_contribute": may(request.user, "alerts.change", project),
    }
    return render(request, "web/alerts/rules.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """`?recipe=key` begins with that recipe."""
    project = current_project(request)
    require(request.user, "alerts.change", project)
    known = recipe(request.GET.get("recipe", ""))
    if request.method == "GET":
        return _form(request, project, typed_of(known.settings if known else EMPTY), taken=known)
    try:
        made = actions.create_rule(
            request.user, project, settings_typed(request.POST), recipe=known.key if known else ""
        )
    except Refusal as refusal:
        if refusal.status == 403 and refusal.code == "forbidden":
            raise
        return _form(request, project, typed_in(request.POST), taken=known, problem=refusal)
    messages.success(request, _("The rule “%s” watches from now on.") % made.name)
    return redirect("web:alert-rules")


@signed_in
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """POST `act_on`: save, enable, disable, delete."""
    shown = queries.rule(request.user, rule_id)
    show_project(request, shown.project)
    if request.method == "GET":
        return _form(request, shown.project, typed_of(settings_of(shown)), rule=shown)
    try:
        return _changed(request, shown)
    except Refusal as refusal:
        if refusal.code == "forbidden":
            raise
        return _form(request, shown.project, typed_in(request.POST), rule=shown, problem=refusal)


@signed_in
@require_http_methods(["POST"])
def trial(request: HttpRequest) -> HttpResponse:
    """What is typed so far would have fired so often; or what is wrong with it."""
    project = current_project(request)
    require(request.user, "alerts.change", project)
    context: dict[str, Any] = {"days": DAYS}
    try:
        settings = settings_typed(request.POST)
        check(project, settings)
        context["trial"] = try_rule(project, settings, timezone.now())
    except Refusal as refusal:
        context["wrong"] = refusal
    return render(request, "web/alerts/_trial.html", context)


def _changed(request: HttpRequest, shown: Rule) -> HttpResponse:
    act = request.POST.get("act_on", "save")
    if act == "delete":
        name = shown.name
        actions.delete_rule(request.user, shown)
        messages.success(request, _("The rule “%s” is deleted. Its alerts are kept.") % name)
        return redirect("web:alert-rules")
    if act in ("enable", "disable"):
        actions.enable_rule(request.user, shown, is_enabled=act == "enable")
        return redirect("web:alert-rule", shown.pk)
    require(request.user, "alerts.change", shown.project)
    actions.update_rule(request.user, shown, settings_typed(request.POST))
    messages.success(request, _("The rule “%s” is changed.") % shown.name)
    return redirect("web:alert-rules")


def _form(
    request: HttpRequest,
    project: Project,
    typed: dict[str, Any],
    *,
    rule: Rule | None = None,
    taken: Any = None,
    problem: Refusal | None = None,
) -> HttpResponse:
    usable = Channel.objects.filter(Q(project=project) | Q(project=None, person=None))
    recent = Alert.objects.filter(rule=rule).order_by("-began_at")[:5] if rule else []
    context = {
        "project": project,
        "rule": rule,
        "taken": taken,
        "typed": typed,
        "problem": problem,
        "wrong": (problem.where.parameter or "") if problem else "",
        "channels": usable.order_by("name"),
        "people": Membership.objects.filter(project=project).select_related("user").order_by("user__username"),
        "types": _known_types(project),
        "recent": recent,
        "said": sentence(rule) if rule else "",
        "may_contribute": may(request.user, "alerts.change", project),
        **choices(project),
    }
    return render(request, "web/alerts/rule.html", context, status=problem.status if problem else 200)


def _known_types(project: Project) -> list[str]:
    """What the recipes name and what has happened in the project."""
    named = {one for each in RECIPES for one in (*each.settings.when.events, *each.settings.when.clears)}
    happened = Event.objects.filter(project=project).order_by().values_list("type", flat=True).distinct()[:MOST_TYPES]
    return sorted(named | set(happened))


urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/rules/", rules, name="alert-rules"),
    path("alerts/rules/new/", new_rule, name="alert-rule-new"),
    path("alerts/rules/try/", trial, name="alert-rule-try"),
    path("alerts/rules/<uuid:rule_id>/", rule, name="alert-rule"),
]
