"""The rules that say which stages and aliases need approval, by whom, and what a version must show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where
from mlops.registry.approval import checks, queries, rules
from mlops.registry.models import ModelAlias, PointKind, RegisteredModel, Stage
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

CHECK_ROWS = 4


@signed_in
@require_http_methods(["GET", "POST"])
def approval_rules(request: HttpRequest) -> HttpResponse:
    """POST: `act` = set or remove."""
    project = current_project(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _act(request, project)
            return redirect(f"{request.path}?project={project.slug}")
        except Refusal as refusal:
            problem = refusal
    context = {
        "project": project,
        "rules": [
            (rule, [checks.told(check) for check in rule.checks])
            for rule in queries.visible_rules(request.user).filter(project=project)
        ],
        "models": RegisteredModel.objects.filter(project=project).values_list("name", flat=True)[:500],
        "points": _points(project),
        "kinds": list(checks.KINDS.values()),
        "rows": _rows(request),
        "typed": request.POST,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "may_own": may(request.user, "rules.manage", project),
    }
    return render(request, "web/models/approval_rules.html", context, status=problem.status if problem else 200)


def _points(project: Project) -> list[tuple[str, str]]:
    """What can be ruled, as `kind:name`, with the words for it."""
    aliases = ModelAlias.objects.filter(model__project=project).order_by("name").values_list("name", flat=True)
    stages = [(f"stage:{value}", label) for value, label in Stage.choices if value != Stage.NONE]
    return [
        *[(value, _("Stage %(name)s") % {"name": label}) for value, label in stages],
        ("stage:*", _("Every other stage")),
        *[(f"alias:{name}", _("Alias %(name)s") % {"name": name}) for name in dict.fromkeys(aliases)],
        ("alias:*", _("Every other alias")),
        ("alias:", _("Another alias: type it below")),
    ]


def _rows(request: HttpRequest) -> list[tuple[str, str]]:
    """Kind and options of each check of the form, as typed."""
    kinds, options = request.POST.getlist("check"), request.POST.getlist("options")
    typed = list(zip(kinds, options, strict=False))
    return [*typed, *[("", "")] * (CHECK_ROWS - len(typed))]


def _act(request: HttpRequest, project: Project) -> None:
    given = request.POST
    if given.get("act") == "remove":
        try:
            rule_id = UUID(given.get("rule", ""))
        except ValueError:
            raise Refusal("not_found", _("There is no such rule."), status=404) from None
        rules.remove_rule(request.user, queries.visible_rule(request.user, rule_id))
        messages.success(request, _("The rule is removed."))
        return
    kind, _colon, name = given.get("point", "").partition(":")
    rules.set_rule(
        request.user,
        project,
        kind=kind or PointKind.STAGE,
        name=name or given.get("alias", ""),
        model=_model(project, given.get("model", "")),
        approvals=_whole(given.get("approvals", "1"), "approvals"),
        by=given.get("by", ""),
        asker_may_approve=given.get("asker_may_approve") == "on",
        checks=[_check(kind, typed) for kind, typed in _rows(request) if kind],
        expires_after_days=_whole(given.get("expires_after_days", "14"), "expires_after_days"),
    )
    messages.success(request, _("The rule holds from now on."))


def _check(kind: str, typed: str) -> dict[str, Any]:
    """`name=auc, least=0.8`, or the one option that a kind needs without its name."""
    found: dict[str, Any] = {"kind": kind}
    known = checks.KINDS.get(kind)
    for part in (one.strip() for one in typed.split(",") if one.strip()):
        name, equals, value = part.partition("=")
        if equals:
            found[name.strip()] = value.strip()
        elif known is not None and known.options:
            found[known.options[0].name] = part
    return found


def _whole(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = _("“%(text)s” is no whole number.") % {"text": text[:40]}
        raise Refusal("rule_invalid", message, where=Where(parameter=name)) from None


def _model(project: Project, name: str) -> RegisteredModel | None:
    if not name:
        return None
    found = RegisteredModel.objects.filter(project=project, name=name).first()
    if found is None:
        raise Refusal("model_unknown", _("There is no model “%(name)s”.") % {"name": name[:120]}, status=404)
    return found


urlpatterns: list[URLPattern | URLResolver] = [path("models/rules/", approval_rules, name="approval-rules")]
