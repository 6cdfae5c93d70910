"""A data asset of files: one file, or a whole folder, sent from the browser."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blobs.trees import manifest_of
from mlops.datasets import arrivals, assets
from mlops.datasets.models import Arrival, AssetType, DatasetVersion
from mlops.formats.refusal import Refusal
from mlops.uploads.actions import forget
from mlops.uploads.given import sent_in
from mlops.web.guard import signed_in
from mlops.web.pages.tag_words import typed_tags
from mlops.web.projects import current_project


@signed_in
@require_http_methods(["GET", "POST"])
def new_files(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    require(request.user, "data.change", project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            version = _made(request, project)
            return redirect("web:dataset", version.dataset_id)
        except Refusal as refusal:
            problem = refusal
    context = {"project": project, "typed": request.POST, "problem": problem}
    return render(request, "web/datasets/files_new.html", context, status=problem.status if problem else 200)


def _made(request: HttpRequest, project: Project) -> DatasetVersion:
    sent = sent_in(request.POST.get("sent", ""))
    arrival = _arrived(request, project, sent)
    new = assets.NewAsset(
        name=request.POST.get("name", ""),
        type=_type(arrival),
        description=request.POST.get("description", ""),
        tags=typed_tags(request.POST.get("tags", "")),
    )
    version = assets.create_asset(request.user, project, new, files=arrival.tree)
    forget(request.user, (upload_id for upload_id, _path in sent))
    return version


def _arrived(request: HttpRequest, project: Project, sent: list[tuple[str, str]]) -> Arrival:
    if sent:
        return arrivals.keep_sent(request.user, project, sent=sent)
    files: list[Any] = request.FILES.getlist("files")
    if not files:
        raise Refusal("file_missing", _("No file was chosen."), hint=_("Choose files, or a folder."))
    if len(files) == 1:
        return arrivals.keep_one(request.user, project, source=files[0], file_name=str(files[0].name))
    return arrivals.keep_listed(request.user, project, files=[(str(one.name), cast(BinaryIO, one)) for one in files])


def _type(arrival: Arrival) -> str:
    if any(file.path == "MLTable" for file in manifest_of(arrival.tree_id).files):
        return AssetType.MLTABLE
    return AssetType.URI_FOLDER if arrival.is_folder else AssetType.URI_FILE


urlpatterns: list[URLPattern] = [path("datasets/new/files/", new_files, name="dataset-new-files")]
