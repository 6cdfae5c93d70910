"""The pages of environments: the project's own and the curated ones, one with its versions, and making one."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may, require
from mlops.blobs.bundles import unpacked
from mlops.environments import actions, files, ordering, queries
from mlops.environments.build_api import difference
from mlops.environments.licences import listed as licences
from mlops.environments.logs import read_log
from mlops.environments.models import EnvironmentVersion
from mlops.environments.registering import register_folder
from mlops.environments.searching import ENVIRONMENTS
from mlops.environments.shapes import shaped_build, shaped_curated
from mlops.environments.usage import uses_of
from mlops.environments.vulnerabilities import advice_for
from mlops.formats.azureml.curated import FAMILIES
from mlops.formats.refusal import Refusal
from mlops.tags.searching import asks_for
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.projects import current_project, show_project

YAML_FIELDS = ("dependencies", "image", "build", "conda_file")


@signed_in
@require_GET
def environments(request: HttpRequest) -> HttpResponse:
    """`?tab=curated` shows which names are served by what."""
    project = current_project(request)
    archived = request.GET.get("archived") == "1"
    tab = "curated" if request.GET.get("tab") == "curated" else "own"
    seen = queries.visible_to(request.user).filter(project=project)
    if not asks_for(request.GET.get("filter", ""), ENVIRONMENTS, "archived"):
        seen = seen.filter(archived_at__isnull=not archived)
    found = listed(request, ENVIRONMENTS, seen, project=project.slug, keep=("archived",))
    newest = queries.newest(found.rows)
    context = {
        "project": project,
        "tab": tab,
        "listed": found,
        "rows": [(row, newest[row.pk], shaped_build(newest[row.pk])) for row in found.rows if row.pk in newest],
        "curated": [shaped_curated(family) for family in FAMILIES] if tab == "curated" else [],
        "archived": archived,
        "may_contribute": may(request.user, "environments.change", project),
    }
    return render(request, "web/environments/list.html", context, status=found.status)


@signed_in
@require_http_methods(["GET", "POST"])
def environment(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """`?version=` shows one, `?compare=` the difference of its lock from another's. POST: `act` = build, upgrade,
    check, archive or restore."""
    asset = queries.environment(request.user, asset_id)
    show_project(request, asset.project)
    version = queries.version_of(asset, request.GET.get("version", ""))
    if request.method == "POST":
        return _act(request, version)
    other = request.GET.get("compare", "")
    compared, problem = None, None
    if other:
        try:
            compared = difference(queries.version_of(asset, other), version)["changes"]
        except Refusal as refusal:
            problem = refusal
    context = {
        **_shown(request, version),
        "versions": list(queries.versions_of(asset)[:100]),
        "yaml": files.written(version),
        "compared": compared,
        "problem": problem,
        "other": other,
        "uses": uses_of(version),
    }
    return render(request, "web/environments/environment.html", context)


@signed_in
@require_GET
def environment_build(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes while it is built."""
    version = queries.version_of(queries.environment(request.user, asset_id), request.GET.get("version", ""))
    return render(request, "web/environments/_build.html", _shown(request, version))


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """From files, or from a text that is typed: a conda file, an environment's YAML, or requirements."""
    project = current_project(request)
    require(request.user, "environments.change", project)
    context: dict[str, Any] = {"project": project, "typed": request.POST}
    if request.method == "GET":
        return render(request, "web/environments/new.html", context)
    try:
        version = _created(request, project)
    except Refusal as refusal:
        context["problem"] = refusal
        return render(request, "web/environments/new.html", context, status=refusal.status)
    for warning in version.warnings:
        messages.warning(request, warning)
    messages.success(request, _("%(version)s is registered; a worker builds it.") % {"version": version})
    return redirect("web:environment", version.asset_id)


def _created(request: HttpRequest, project: Any) -> EnvironmentVersion:
    given: list[tuple[str, Any]] = [(str(one.name), one) for one in request.FILES.getlist("files")]
    text, main = request.POST.get("text", "").strip(), ""
    if text:
        is_yaml = any(
            line.strip().partition(":")[0] in ("dependencies", "image", "build") for line in text.splitlines()
        )
        main = "environment.yml" if is_yaml else "requirements.txt"
        given.append((main, io.BytesIO(f"{text}\n".encode())))
    if not given:
        raise Refusal("environment_without_files", _("Nothing came."), hint=_("Choose a file, or write its text."))
    chosen = {name: request.POST.get(name, "").strip() for name in ("name", "version", "description")}
    with unpacked(given) as folder:
        return register_folder(request.user, project, folder, main=main, given=chosen)


def _shown(request: HttpRequest, version: EnvironmentVersion) -> dict[str, Any]:
    build = shaped_build(version)
    return {
        "asset": version.asset,
        "project": version.asset.project,
        "version": version,
        "build": build,
        "log": read_log(version.key)[0],
        "is_over": build["state"] not in ("waiting", "building"),
        "packages": licences(version, build["packages"]),
        "frozen": sum(1 for one in build["packages"] if one["frozen"] and one["asked"]),
        "advice": advice_for(version.key),
        "may_contribute": may(request.user, "environments.change", version.asset.project),
    }


def _act(request: HttpRequest, version: EnvironmentVersion) -> HttpResponse:
    act = request.POST.get("act", "")
    if act in ("archive", "restore"):
        actions.archive(request.user, version.asset, restore=act == "restore")
        messages.success(request, _("It is archived.") if act == "archive" else _("It is in the lists again."))
    elif act in ("build", "upgrade"):
        version = ordering.build(request.user, version, upgrade=act == "upgrade")
        messages.success(request, _("A worker builds %(version)s.") % {"version": version})
    elif act == "check":
        ordering.ask_check(request.user, version)
        messages.success(request, _("A worker asks for known vulnerabilities."))
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect(f"/environments/{version.asset_id}/?version={version.version}")


urlpatterns: list[URLPattern | URLResolver] = [
    path("environments/", environments, name="environments"),
    path("environments/new/", new, name="environment-new"),
    path("environments/<uuid:asset_id>/", environment, name="environment"),
    path("environments/<uuid:asset_id>/build/", environment_build, name="environment-build"),
]
