"""REST: a draft as files, and files as a draft."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import queries
from designer.exporting import exported
from designer.importing import import_folder
from mlops.access.decisions import project_named, require
from mlops.components.bundles import unpacked
from mlops.components.files import zipped
from mlops.formats.refusal import Refusal, nearest

FORMS = ("yaml", "python")


class DrawingFields(serializers.Serializer[Any]):
    """A multipart form: `files` (zips are unpacked; `paths` where they lie in folders)."""

    project = serializers.CharField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    main = serializers.CharField(required=False, allow_blank=True, default="")
    set = serializers.ListField(child=serializers.CharField(trim_whitespace=False), required=False, default=list)


class Export(APIView):
    """`?form=yaml`: a pipeline job with its components. `?form=python`: a project that runs without this product."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, draft_id: UUID) -> HttpResponseBase:
        draft = queries.draft(request.user, draft_id)
        form = request.query_params.get("form", "yaml")
        if form not in FORMS:
            hint = nearest(form, FORMS) or _("Forms: yaml, python.")
            raise Refusal("form_unknown", _("“%(form)s” is no form of an export.") % {"form": form}, hint=hint)
        if form == "python":
            from designer.python_project import written

            files = written(draft)
        else:
            files = exported(draft)
        stem = re.sub(r"[^A-Za-z0-9]+", "-", draft.name).strip("-").lower() or "pipeline"
        return FileResponse(zipped(files), as_attachment=True, filename=f"{stem}-{form}.zip")


class Import(APIView):
    @extend_schema(request=DrawingFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = DrawingFields(data=request.data)
        fields.is_valid(raise_exception=True)
        project = project_named(request.user, fields.validated_data["project"])
        given = fields.validated_data
        draft, warnings = import_files(
            request, project, name=given["name"], main=given["main"], settings=tuple(given["set"])
        )
        url = reverse("designer:draft", args=[draft.pk])
        return Response({"id": str(draft.pk), "name": draft.name, "url": url, "warnings": list(warnings)}, status=201)


def import_files(
    request: Any, project: Any, *, name: str = "", main: str = "", settings: tuple[str, ...] = ()
) -> tuple[Any, tuple[str, ...]]:
    """The uploaded `files` of a request as a draft."""
    require(request.user, "pipelines.design", project)
    uploads = request.FILES.getlist("files")
    data = request.data if hasattr(request, "data") else request.POST
    paths = data.getlist("paths") if hasattr(data, "getlist") else []
    given = [
        (paths[place] if place < len(paths) and paths[place] else str(upload.name), upload)
        for place, upload in enumerate(uploads)
    ]
    if not given:
        raise Refusal(
            "nothing_to_import", _("No file came with the request."), hint=_("Send `files`: a YAML file or a zip.")
        )
    with unpacked(given) as folder:
        return import_folder(request.user, project, folder, main=main, name=name, settings=settings)
