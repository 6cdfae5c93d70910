"""The deploy wizard: name, entry, resources, review with the plan, progress. It keeps all that is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import project_named, require
from mlops.access.models import Project
from mlops.access.offered import is_usable
from mlops.deployments import actions, entries, manifesting, queries
from mlops.deployments.code import code_by_id, keep_code, with_script
from mlops.deployments.collecting import check_collection, columns_of
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.names import checked_name
from mlops.deployments.scripts import EXAMPLE, checked_script
from mlops.deployments.settings import checked_settings
from mlops.deployments.targets import target
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.profiling import GIBIBYTE
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.models import ConversionState
from mlops.packaging.queries import Recommended, recommended
from mlops.registry.models import ModelVersion
from mlops.registry.queries import usable_version, version_by_id, versions_offered, visible_versions
from mlops.web.guard import signed_in
from mlops.web.pages import collection_form, settings_form
from mlops.web.projects import current_project, show_project

STEPS = ("name", "entry", "resources", "review")
MOST_VERSIONS = 300
MOST_SCRIPT_BYTES = 1024 * 1024
DEFAULTS = {
    "endpoint": "new",
    "endpoint_name": "",
    "name": "blue",
    "entry": "onnx",
    "script": "",
    "code": "",
    "scoring_script": "",
    "traffic": "0",
    **settings_form.typed_of(DeploymentSettings()),
}


@signed_in
@require_http_methods(["GET", "POST"])
def deploy(request: HttpRequest) -> HttpResponse:
    """`version` is the model version's id, `project` where it is deployed: the model's own, or one that it is offered
    to. Each step posts everything typed so far; `go` names the step to show."""
    given = request.POST if request.method == "POST" else request.GET
    if not given.get("version"):
        return _choose_version(request)
    version, project = _asked(request, given)
    show_project(request, project)
    require(request.user, "models.deploy", project)
    values = _values(request, project, version)
    if request.method == "GET":
        return _show(request, project, version, values, "name")
    asked = request.POST.get("step", "name")
    step = asked if asked in STEPS else "name"
    go = request.POST.get("go", "next")
    if go in STEPS and STEPS.index(go) <= STEPS.index(step):
        return _show(request, project, version, values, go)
    for each in STEPS[: STEPS.index(step) + 1]:
        try:
            _check(each, request, project, version, values)
        except Refusal as refusal:
            return _show(request, project, version, values, each, problem=refusal)
    if step != STEPS[-1]:
        return _show(request, project, version, values, STEPS[STEPS.index(step) + 1])
    try:
        deployment = _deploy(request, project, version, values)
    except Refusal as refusal:
        return _show(request, project, version, values, _step_of(refusal), problem=refusal)
    return redirect("web:deployment-progress", deployment.endpoint_id, deployment.pk)


def _choose_version(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    require(request.user, "models.deploy", project)
    own = visible_versions(request.user).filter(model__project=project)
    versions = own.order_by("model__name", "-number")[:MOST_VERSIONS]
    context = {"project": project, "versions": versions, "offered": versions_offered(project)[:MOST_VERSIONS]}
    return render(request, "web/endpoints/choose.html", context)


def _asked(request: HttpRequest, given: Mapping[str, Any]) -> tuple[ModelVersion, Project]:
    if not given.get("project"):
        version = version_by_id(request.user, given["version"])
        return version, version.model.project
    project = project_named(request.user, given["project"])
    version = usable_version(request.user, project, given["version"])
    is_own = version.model.project_id == project.pk
    return version, project if is_own or is_usable(version.model, project) else version.model.project


def _values(request: HttpRequest, project: Project, version: ModelVersion) -> dict[str, str]:
    """What was typed in any step, else what is usual."""
    usual = {**DEFAULTS, "endpoint_name": _usual_endpoint(version)}
    told = recommended(version)
    if version.resources:
        usual |= settings_form.typed_of(_usually(version.resources))
    elif told is not None:
        usual |= settings_form.typed_of(_advised(told))
    usual["entry"] = next(
        (one.entry for one in entries.possibilities_in(project, version) if not one.problem), "script"
    )
    if request.GET.get("endpoint"):
        usual["endpoint"] = request.GET["endpoint"]
    values = settings_form.posted(request.POST, usual)
    upload = request.FILES.get("script_file")
    if upload is not None and not _is_zip(upload) and (upload.size or 0) <= MOST_SCRIPT_BYTES:
        values["script"] = upload.read().decode("utf-8", errors="replace")
    return values


def _usually(resources: dict[str, float]) -> DeploymentSettings:
    """What people said that the version needs, before what a profile found."""
    usual = DeploymentSettings()
    cpu, memory = resources.get("cpu"), resources.get("memory_gib")
    return DeploymentSettings(
        cpus=cpu or usual.cpus, memory_bytes=round(memory * GIBIBYTE) if memory else usual.memory_bytes
    )


def _advised(told: Recommended) -> DeploymentSettings:
    advice = told.recommendation
    return DeploymentSettings(
        cpus=advice.cores,
        memory_bytes=advice.memory_bytes,
        instances=advice.instances,
        timeout_seconds=advice.timeout_seconds,
        queue_wait_seconds=advice.queue_wait_seconds,
    )


def _usual_endpoint(version: ModelVersion) -> str:
    letters = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in version.model.name)
    name = letters.strip("-").lower()[:60].strip("-") or "endpoint"
    return name if name[0].isalpha() else f"model-{name}"[:60]


def _check(step: str, request: HttpRequest, project: Project, version: ModelVersion, values: dict[str, str]) -> None:
    if step == "name":
        name = checked_name(values["name"], what=_("deployment"))
        endpoint = _existing(request, project, values)
        if endpoint is not None and Deployment.objects.filter(endpoint=endpoint, name=name).exists():
            hint = _("Choose another name, such as “green”.")
            raise _refused("name_taken", _("“%s” already has a deployment of this name.") % endpoint, hint, "name")
        if endpoint is None:
            fresh = checked_name(values["endpoint_name"], what=_("endpoint"), parameter="endpoint_name")
            if Endpoint.objects.filter(project=project, name=fresh).exists():
                hint = _("Choose it above, or choose another name.")
                raise _refused("name_taken", _("There is already an endpoint “%s”.") % fresh, hint, "endpoint_name")
    elif step == "entry":
        possible = {one.entry: one for one in entries.possibilities_in(project, version)}
        chosen = possible.get(values["entry"])
        if chosen is None or chosen.problem:
            raise _refused(
                "entry_not_possible",
                chosen.problem if chosen else _("Choose how the model is served."),
                _("Choose another entry."),
                "entry",
            )
        if values["entry"] == "script":
            _check_script(request, project, values)
    elif step == "resources":
        wanted = checked_settings(settings_form.given_of(values))
        target(wanted.target).check(wanted)
        check_collection(version, wanted)
        reached = target(wanted.target).available(wanted.target_options)
        if not reached.is_usable:
            raise _refused("target_not_reached", reached.reason, reached.hint, "target")


def _check_script(request: HttpRequest, project: Project, values: dict[str, str]) -> None:
    """A zip is kept at once, and carried on by its id; a script typed later takes its place."""
    upload = request.FILES.get("script_file")
    if upload is not None and _is_zip(upload):
        kept = keep_code(
            request.user, project, [(str(upload.name), cast(BinaryIO, upload))], script=values["scoring_script"]
        )
        values |= {"code": str(kept.pk), "scoring_script": kept.script, "script": ""}
    if values["code"] and not values["script"].strip():
        kept = code_by_id(project, values["code"])
        if values["scoring_script"].strip():
            kept = with_script(request.user, kept, script=values["scoring_script"].strip())
        values |= {"code": str(kept.pk), "scoring_script": kept.script}
        return
    values["code"] = ""
    checked_script(values["script"])


def _is_zip(upload: UploadedFile[Any]) -> bool:
    return str(upload.name).lower().endswith(".zip")


def _deploy(request: HttpRequest, project: Project, version: ModelVersion, values: dict[str, str]) -> Deployment:
    """Endpoint and deployment together: neither without the other."""
    with transaction.atomic():
        endpoint = _existing(request, project, values) or actions.create_endpoint(
            request.user, project, name=values["endpoint_name"]
        )
        return actions.create_deployment(
            request.user,
            endpoint,
            name=values["name"],
            version=version,
            entry=values["entry"],
            script=values["script"] or None if values["entry"] == "script" else None,
            code=code_by_id(endpoint.project, values["code"]) if _has_code(values) else None,
            traffic=_number(values["traffic"]) or None,
            **settings_form.given_of(values),
        )


def _has_code(values: dict[str, str]) -> bool:
    return bool(values["entry"] == "script" and values["code"] and not values["script"].strip())


def _existing(request: HttpRequest, project: Project, values: dict[str, str]) -> Endpoint | None:
    if values["endpoint"] == "new":
        return None
    endpoint = next((one for one in _endpoints(request, project) if str(one.pk) == values["endpoint"]), None)
    if endpoint is None:
        raise _refused("not_found", _("That endpoint is gone."), _("Choose another, or make a new one."), "endpoint")
    return endpoint


def _endpoints(request: HttpRequest, project: Project) -> list[Endpoint]:
    return list(queries.visible_to(request.user).filter(project=project))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _refused(code: str, message: str, hint: str, parameter: str) -> Refusal:
    return Refusal(code, message, hint=hint, status=400, where=Where(parameter=parameter))


def _step_of(refusal: Refusal) -> str:
    places = {"name": "name", "endpoint_name": "name", "endpoint": "name", "entry": "entry", "script": "entry"}
    places |= {"code": "entry", "scoring_script": "entry"}
    resources = dict.fromkeys(settings_form.NAMES, "resources")
    return (places | resources).get(settings_form.field_of(refusal), "review")


def _show(
    request: HttpRequest,
    project: Project,
    version: ModelVersion,
    values: dict[str, str],
    step: str,
    *,
    problem: Refusal | None = None,
) -> HttpResponse:
    endpoints = _endpoints(request, project)
    endpoint = next((one for one in endpoints if str(one.pk) == values["endpoint"]), None)
    beside = list(queries.deployments_of(endpoint)) if endpoint else []
    possible = {one.entry: one for one in entries.possibilities_in(project, version)}
    context = {
        "version": version,
        "project": project,
        "values": values,
        "step": step,
        "number": STEPS.index(step) + 1,
        "carried": _carried(values, step),
        "endpoints": endpoints,
        "endpoint": endpoint,
        "endpoint_name": endpoint.name if endpoint else values["endpoint_name"],
        "beside": beside,
        "possible": possible,
        "is_converted": _is_converted(possible["onnx"]),
        "script_example": EXAMPLE,
        "problem": problem,
        "wrong": settings_form.field_of(problem) if problem else "",
        **(settings_context(values, version) if step in ("resources", "review") else {}),
        **(_manifests(project, version, values, endpoint) if step == "review" else {}),
    }
    return render(request, "web/endpoints/deploy.html", context, status=problem.status if problem else 200)


def _manifests(
    project: Project, version: ModelVersion, values: dict[str, str], endpoint: Endpoint | None
) -> dict[str, Any]:
    """What Kubernetes or IoT Edge would be told."""
    if values["target"] not in manifesting.TARGETS:
        return {}
    name = endpoint.name if endpoint else values["endpoint_name"]
    try:
        wanted = checked_settings(settings_form.given_of(values))
        shown = manifesting.preview_of(
            wanted, project=project.slug, endpoint=name, name=values["name"], model=str(version)
        )
    except Refusal:
        return {}
    return {"manifests": shown}


def settings_context(
    values: dict[str, str], version: ModelVersion | None = None, *, known: Sequence[str] = ()
) -> dict[str, Any]:
    """What the fields of the settings need beside their values. `known`: the model's columns."""
    try:
        offers = settings_form.offers(values["target"], values["target_options"])
    except Refusal:
        offers = settings_form.offers("", "")
    told = recommended(version) if version else None
    return {
        "offers": offers,
        "where": next((one.title for one in offers if one.name == values["target"]), values["target"]),
        "recommended": told if told and values["cpus"] == f"{told.recommendation.cores:g}" else None,
        **collection_form.columns(values, columns_of(version) if version else known),
        "providers": settings_form.PROVIDERS,
        "providers_are_own": values["providers"] not in dict(settings_form.PROVIDERS),
    }


FIELDS_OF = {
    "name": ("endpoint", "endpoint_name", "name"),
    "entry": ("entry", "script", "code", "scoring_script"),
    "resources": settings_form.NAMES,
    "review": ("traffic",),
}


def _carried(values: dict[str, str], step: str) -> dict[str, str]:
    """What the other steps hold, as hidden fields."""
    return {key: value for key, value in values.items() if key not in FIELDS_OF[step]}


def _is_converted(possible: entries.Possible) -> bool:
    return possible.conversion is not None and possible.conversion.state == ConversionState.ACCEPTED


urlpatterns: list[URLPattern | URLResolver] = [path("deploy/", deploy, name="deploy")]
