"""The pages about container images of a model version: asking for one, its build with the log, what to do with it."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.blobs.trees import keep_stream
from mlops.formats.refusal import Refusal
from mlops.packaging import image_actions, queries
from mlops.packaging.image_logs import read_log
from mlops.packaging.images.building import PORT
from mlops.packaging.models import ConversionState, Image
from mlops.registry.models import ModelVersion
from mlops.registry.queries import visible_version
from mlops.web.guard import signed_in
from mlops.web.projects import show_project

FIELDS = ("entry", "base", "tag", "push_to")


def images_context(version: ModelVersion) -> dict[str, Any]:
    """Of the tab on the version's page."""
    return {"images": list(queries.images_of(version)[:50])}


@signed_in
def version_images(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    """The live part of the tab Images."""
    version = visible_version(request.user, model_id, number)
    may_contribute = may(request.user, "models.package", version.model.project)
    context = {"version": version, "may_contribute": may_contribute, **images_context(version)}
    return render(request, "web/images/_list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    version = visible_version(request.user, model_id, number)
    show_project(request, version.model.project)
    if request.method == "GET":
        return _form(request, version)
    try:
        context = request.FILES.get("context")
        script = request.POST.get("script", "") if request.POST.get("entry") == "script" else ""
        image = image_actions.package(
            request.user,
            version,
            context=keep_stream(context) if context is not None else None,  # type: ignore[arg-type]
            script=keep_stream(io.BytesIO(script.encode())) if script.strip() else None,
            **{name: request.POST.get(name, "").strip() for name in FIELDS},
        )
    except Refusal as refusal:
        return _form(request, version, problem=refusal)
    return redirect("web:image", image.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def image(request: HttpRequest, image_id: uuid.UUID) -> HttpResponse:
    """POST: `act` = cancel or delete."""
    found = queries.visible_image(request.user, image_id)
    show_project(request, found.version.model.project)
    if request.method == "POST":
        return _act(request, found)
    return render(request, "web/images/image.html", _context(request, found))


@signed_in
def image_state(request: HttpRequest, image_id: uuid.UUID) -> HttpResponse:
    """The live part."""
    found = queries.visible_image(request.user, image_id)
    return render(request, "web/images/_build.html", _context(request, found))


def _act(request: HttpRequest, found: Image) -> HttpResponse:
    act = request.POST.get("act", "")
    try:
        if act == "cancel":
            image_actions.cancel(request.user, found)
            return redirect("web:image", found.pk)
        if act == "delete":
            image_actions.delete(request.user, found)
            messages.success(request, _("The image is deleted."))
            response = redirect("web:model-version", found.version.model_id, found.version.number)
            response["Location"] += "?tab=images"
            return response
    except Refusal as refusal:
        context = {**_context(request, found), "problem": refusal}
        return render(request, "web/images/image.html", context, status=refusal.status)
    raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))


def _context(request: HttpRequest, found: Image) -> dict[str, Any]:
    return {
        "image": found,
        "version": found.version,
        "project": found.version.model.project,
        "log": read_log(found.pk)[0],
        "port": PORT,
        "name": found.push_to or found.tag or found.reference,
        "may_contribute": may(request.user, "models.package", found.version.model.project),
    }


def _form(request: HttpRequest, version: ModelVersion, *, problem: Refusal | None = None) -> HttpResponse:
    conversion = queries.best_conversion(version)
    context = {
        "version": version,
        "project": version.model.project,
        "typed": request.POST,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "is_converted": conversion is not None and conversion.state == ConversionState.ACCEPTED,
        "may_contribute": may(request.user, "models.package", version.model.project),
    }
    return render(request, "web/images/start.html", context, status=problem.status if problem else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/<uuid:model_id>/<int:number>/images/", version_images, name="model-images"),
    path("models/<uuid:model_id>/<int:number>/package/", start, name="image-start"),
    path("images/<uuid:image_id>/", image, name="image"),
    path("images/<uuid:image_id>/state/", image_state, name="image-state"),
]
