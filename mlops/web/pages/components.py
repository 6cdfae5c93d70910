"""The pages of a project's components: list, one component with its versions, drawing one, and uploading one."""

from __future__ import annotations

import difflib
import uuid
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may, require
from mlops.blobs.trees import manifest_of, open_file
from mlops.components import actions, files, queries
from mlops.components.bundles import unpacked
from mlops.components.models import ComponentVersion, Kind
from mlops.components.registering import register_folder
from mlops.components.searching import COMPONENTS
from mlops.components.usage import uses_of
from mlops.datasets.palette import palette
from mlops.formats.definition import Function
from mlops.formats.refusal import Refusal
from mlops.tags.filters import tags_of_many
from mlops.tags.searching import asks_for
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.projects import current_project, show_project

MOST_SHOWN_BYTES = 200_000


@signed_in
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    archived = request.GET.get("archived") == "1"
    seen = queries.visible_to(request.user).filter(project=project)
    if not asks_for(request.GET.get("filter", ""), COMPONENTS, "archived"):
        seen = seen.filter(archived_at__isnull=not archived)
    found = listed(request, COMPONENTS, seen, project=project.slug, keep=("archived",))
    newest, tags = queries.newest(found.rows), tags_of_many(found.rows)
    context = {
        "project": project,
        "listed": found,
        "rows": [(row, newest.get(row.pk), _tags(newest.get(row.pk), tags[str(row.pk)])) for row in found.rows],
        "archived": archived,
        "may_contribute": may(request.user, "components.change", project),
    }
    return render(request, "web/components/list.html", context, status=found.status)


def _tags(newest: ComponentVersion | None, own: dict[str, str]) -> dict[str, str]:
    """Its own, beside those that its newest version's file gave."""
    return {**(newest.tags if newest else {}), **own}


@signed_in
@require_http_methods(["GET", "POST"])
def component(request: HttpRequest, component_id: uuid.UUID) -> HttpResponse:
    """`?version=` shows one, `?compare=` its difference from another. POST: `act` = archive, restore or deprecate."""
    shown = queries.component(request.user, component_id)
    show_project(request, shown.project)
    version = queries.version_of(shown, request.GET.get("version", ""))
    if request.method == "POST":
        return _act(request, version)
    other = request.GET.get("compare", "")
    definition = queries.definition_of(version)
    context = {
        "component": shown,
        "version": version,
        "definition": definition.component,
        "versions": list(queries.versions_of(shown)[:100]),
        "yaml": files.written(version),
        "script": _script(version),
        "requirements": getattr(definition.how, "requirements", None),
        "code": manifest_of(version.tree_id).files if version.tree_id else (),
        "compared": _compared(queries.version_of(shown, other), version) if other else None,
        "other": other,
        "uses": uses_of(shown),
        "may_contribute": may(request.user, "components.change", shown.project),
    }
    return render(request, "web/components/component.html", context)


@signed_in
@require_GET
@ensure_csrf_cookie
def new(request: HttpRequest) -> HttpResponse:
    """Draws a component."""
    project = current_project(request)
    require(request.user, "components.change", project)
    return _editor(request, project, None)


@signed_in
@require_GET
@ensure_csrf_cookie
def edit(request: HttpRequest, component_id: uuid.UUID) -> HttpResponse:
    """Draws the next version of one that was drawn."""
    shown = queries.component(request.user, component_id)
    require(request.user, "components.change", shown.project)
    show_project(request, shown.project)
    version = queries.version_of(shown)
    if version.kind != Kind.DRAWN:
        raise Refusal(
            "not_drawn",
            _("“%(name)s” was not drawn in the browser.") % {"name": shown.name},
            hint=_("Download it, change its files, and upload them as the next version."),
            status=409,
        )
    return _editor(request, shown.project, version)


@signed_in
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A YAML file, a Python file, or a zip with the code."""
    project = current_project(request)
    context: dict[str, Any] = {"project": project, "typed": request.POST}
    if request.method == "GET":
        return render(request, "web/components/upload.html", context)
    require(request.user, "components.change", project)
    try:
        given = [(str(one.name), one) for one in request.FILES.getlist("files")]
        if not given:
            raise Refusal("component_without_files", _("No file came with the request."), hint=_("Choose a file."))
        with unpacked(given) as folder:  # type: ignore[arg-type]
            version = register_folder(request.user, project, folder, version=request.POST.get("version", ""))
    except Refusal as refusal:
        context["problem"] = refusal
        return render(request, "web/components/upload.html", context, status=refusal.status)
    for warning in version.warnings:
        messages.warning(request, warning)
    messages.success(request, _("%(version)s is in the palette.") % {"version": version})
    return redirect("web:component", version.component_id)


def _editor(request: HttpRequest, project: Any, version: ComponentVersion | None) -> HttpResponse:
    start: dict[str, Any] = {"project": project.slug, "datasets": [one["name"] for one in palette(project)]}
    if version is not None:
        definition = queries.definition_of(version)
        packages = definition.how.requirements.packages if isinstance(definition.how, Function) else ()
        start |= {
            "component": msgspec.to_builtins(definition.component),
            "script": _script(version),
            "requirements": "\n".join(packages),
        }
    return render(request, "web/components/draw.html", {"project": project, "version": version, "start": start})


def _act(request: HttpRequest, version: ComponentVersion) -> HttpResponse:
    act = request.POST.get("act", "")
    if act in ("archive", "restore"):
        actions.archive(request.user, version.component, restore=act == "restore")
        messages.success(request, _("It is out of the palette.") if act == "archive" else _("It is in the palette."))
    elif act == "deprecate":
        actions.deprecate(request.user, version, message=request.POST.get("deprecated", ""))
        messages.success(request, _("Saved."))
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return redirect("web:component", version.component_id)


def _script(version: ComponentVersion) -> str:
    """The source of a function; empty for others."""
    how = queries.definition_of(version).how
    if not isinstance(how, Function):
        return ""
    with open_file(how.code, how.file) as source:
        return source.read(MOST_SHOWN_BYTES).decode(errors="replace")


def _compared(before: ComponentVersion, after: ComponentVersion) -> list[tuple[str, str]]:
    """Lines of the YAML and the script: (`added`, `removed`, `same` or `place`, text)."""
    texts = []
    for version in (before, after):
        texts.append([*files.written(version).splitlines(), "", *_script(version).splitlines()])
    lines = difflib.unified_diff(texts[0], texts[1], lineterm="", n=3)
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return [(kinds.get(line[:1], "same"), line) for line in list(lines)[2:2_000]]


urlpatterns: list[URLPattern | URLResolver] = [
    path("components/", components, name="components"),
    path("components/new/", new, name="component-new"),
    path("components/upload/", upload, name="component-upload"),
    path("components/<uuid:component_id>/", component, name="component"),
    path("components/<uuid:component_id>/edit/", edit, name="component-edit"),
]
