"""Making and editing a retraining policy: by a form, or as the YAML that the command line reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.datasets.sharing import names_usable
from mlops.deployments.models import Endpoint
from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal
from mlops.formats.retraining_file import read_policy
from mlops.monitoring.models import Monitor
from mlops.pipelines import published
from mlops.pipelines.models import PublishedPipeline
from mlops.registry.models import RegisteredModel, Stage
from mlops.retraining import actions, queries
from mlops.retraining.champion import serving
from mlops.retraining.checking import METRICS
from mlops.retraining.models import Policy
from mlops.web.guard import signed_in
from mlops.web.pages.calling import entries, given
from mlops.web.pages.retraining import yaml_of
from mlops.web.pages.retraining_form import CRITERIA, CRITERION, USUAL, fields_of, settings_of, typed_in, typed_of
from mlops.web.pages.retraining_words import ENDS
from mlops.web.projects import current_project, show_project

FROM_ELSEWHERE = ("model", "endpoint", "pipeline", "dataset", "monitor")
"""What a link from another page may fill in."""


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    require(request.user, "retraining.change", project)
    if not published.endpoints(request.user).filter(project=project, is_enabled=True).exists():
        messages.info(request, _("Publish the pipeline that trains the model first; then it can be retrained by it."))
        return redirect("web:pipelines")
    if request.method == "GET":
        return _form(request, project, _filled_in(request))
    typed = typed_in(request.POST)
    if typed.get("act") == "pipeline":
        return _form(request, project, typed)
    try:
        settings = settings_of(typed, given(_version(request, project, typed), typed))
        made = actions.create_policy(
            request.user, project, name=typed["name"], settings=settings, description=typed["description"]
        )
    except Refusal as refusal:
        return _form(request, project, typed, problem=refusal)
    messages.success(request, _("The retraining policy “%(name)s” is made.") % {"name": made.name})
    return redirect("web:retraining-policy", made.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, policy_id: UUID) -> HttpResponse:
    """`?as=yaml`: the whole of it as text."""
    policy = queries.policy(request.user, policy_id)
    require(request.user, "retraining.change", policy.project)
    show_project(request, policy.project)
    if request.GET.get("as") == "yaml":
        return _edit_text(request, policy)
    if request.method == "GET":
        return _form(request, policy.project, _typed_of(policy), policy=policy)
    typed = typed_in(request.POST)
    if typed.get("act") == "pipeline":
        return _form(request, policy.project, typed, policy=policy)
    try:
        parameters = given(_version(request, policy.project, typed), typed)
        settings = settings_of(typed, parameters, base=policy.wanted)
        actions.change_policy(
            request.user, policy, settings=settings, description=typed["description"], reason=typed["reason"]
        )
    except Refusal as refusal:
        return _form(request, policy.project, typed, policy=policy, problem=refusal)
    messages.success(request, _("The retraining policy “%(name)s” is changed.") % {"name": policy.name})
    return redirect("web:retraining-policy", policy.pk)


def _edit_text(request: HttpRequest, policy: Policy) -> HttpResponse:
    text, problem = request.POST.get("text", yaml_of(policy)), None
    if request.method == "POST":
        try:
            read = read_policy(load(_("The text"), text))
            actions.change_policy(
                request.user,
                policy,
                settings=read.settings,
                description=read.description,
                reason=request.POST.get("reason", ""),
            )
            return redirect("web:retraining-policy", policy.pk)
        except Refusal as refusal:
            problem = refusal
    context = {"policy": policy, "project": policy.project, "text": text, "problem": problem}
    return render(request, "web/retraining/text.html", context, status=problem.status if problem else 200)


def _filled_in(request: HttpRequest) -> dict[str, Any]:
    typed = {**USUAL, "criteria": [dict(CRITERION) for _row in range(CRITERIA)]}
    typed |= {name: request.GET[name] for name in FROM_ELSEWHERE if name in request.GET}
    if typed.get("monitor"):
        typed["monitors"] = [typed["monitor"]]
    if typed["endpoint"]:
        endpoint = Endpoint.objects.filter(project=current_project(request), name=typed["endpoint"]).first()
        present = serving(endpoint) if endpoint else None
        typed |= {"do": "rollout", "model": typed["model"] or (present.version.model.name if present else "")}
    return typed


def _typed_of(policy: Policy) -> dict[str, Any]:
    return {**typed_of(policy.wanted), "name": policy.name, "description": policy.description}


def _version(request: HttpRequest, project: Project, typed: dict[str, Any]) -> PublishedPipeline | None:
    """Whose parameters the form has: the version that is chosen, else the pipeline's default."""
    known = published.endpoints(request.user).filter(project=project)
    chosen = known.filter(name=typed["pipeline"]).first() or known.filter(is_enabled=True).first()
    if chosen is None:
        return None
    number = str(typed["version"])
    versions = PublishedPipeline.objects.filter(endpoint=chosen).select_related("endpoint")
    found = versions.filter(number=int(number)).first() if number.isdecimal() else None
    return found or chosen.default


def _form(
    request: HttpRequest,
    project: Project,
    typed: dict[str, Any],
    *,
    policy: Policy | None = None,
    problem: Refusal | None = None,
) -> HttpResponse:
    version = _version(request, project, typed)
    pipelines = published.endpoints(request.user).filter(project=project, is_enabled=True)
    monitors = list(Monitor.objects.filter(project=project).order_by("name").values_list("name", flat=True))
    place = (problem.where.parameter or "") if problem else ""
    context = {
        "policy": policy,
        "project": project,
        "typed": typed,
        "criteria": fields_of(typed["criteria"]),
        "problem": problem,
        "wrong": place.rpartition(".")[2],
        "pipelines": pipelines,
        "pipeline": version.endpoint.name if version else "",
        "versions": PublishedPipeline.objects.filter(endpoint=version.endpoint).order_by("-number") if version else [],
        "entries": entries(version, typed, project=project, empty=True),
        "models": RegisteredModel.objects.filter(project=project).values_list("name", flat=True)[:200],
        "endpoints": Endpoint.objects.filter(project=project).values_list("name", flat=True)[:200],
        "datasets": names_usable(project),
        "monitors": monitors + [name for name in typed["monitors"] if name not in monitors],
        "metrics": METRICS,
        "ends": ENDS.items(),
        "stages": [choice for choice in Stage.choices if choice[0] != Stage.NONE],
    }
    return render(request, "web/retraining/form.html", context, status=problem.status if problem else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("retraining/new/", create, name="retraining-new"),
    path("retraining/<uuid:policy_id>/edit/", edit, name="retraining-edit"),
]
