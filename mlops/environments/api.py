"""REST: environments of a project, their versions, and the curated ones."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.bin.deletion import delete
from mlops.blobs.bundles import unpacked
from mlops.blobs.zips import zipped
from mlops.environments import actions, files, queries
from mlops.environments.models import EnvironmentVersion
from mlops.environments.registering import register_folder
from mlops.environments.searching import ENVIRONMENTS
from mlops.environments.shapes import shaped, shaped_build, shaped_curated, shaped_rows, shaped_version
from mlops.formats.azureml.curated import FAMILIES
from mlops.formats.refusal import Refusal
from mlops.tags.rest import LIST_PARAMETERS, list_answer
from mlops.tags.searching import asks_for


class NewEnvironment(serializers.Serializer[Any]):
    """A multipart form with `files` (a zip of the YAML and what it names, or single files), or JSON: `yaml` is the text
    of an environment or a conda file, `requirements` that of a requirements file. `set`: fields
    of an environment's YAML given anew, `a.b=VALUE`."""

    project = serializers.CharField()
    main = serializers.CharField(required=False, allow_blank=True, default="")
    name = serializers.CharField(required=False, allow_blank=True, default="")
    version = serializers.CharField(required=False, allow_blank=True, default="")
    description = serializers.CharField(required=False, allow_blank=True, default="")
    tags = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    yaml = serializers.CharField(required=False, trim_whitespace=False)
    requirements = serializers.CharField(required=False, trim_whitespace=False)
    set = serializers.ListField(child=serializers.CharField(trim_whitespace=False), required=False, default=list)


class Environments(APIView):
    @extend_schema(parameters=LIST_PARAMETERS, responses=dict)
    def get(self, request: Request) -> Response:
        """`?project=&archived=true`"""
        found = queries.visible_to(request.user)
        if slug := request.query_params.get("project", ""):
            found = found.filter(project=project_named(request.user, slug))
        asked = request.query_params
        if asked.get("archived") != "true" and not asks_for(asked.get("filter", ""), ENVIRONMENTS, "archived"):
            found = found.filter(archived_at=None)
        return list_answer(request, found, ENVIRONMENTS, shaped_rows)

    @extend_schema(request=NewEnvironment, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = NewEnvironment(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(shaped_version(_create(request, dict(fields.validated_data))), status=201)


class CuratedEnvironments(APIView):
    """The families of curated names, and what serves each."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        return Response({"results": [shaped_curated(family) for family in FAMILIES]})


class OneEnvironment(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, asset_id: uuid.UUID) -> Response:
        row = queries.environment(request.user, asset_id)
        return Response(shaped(row, queries.version_of(row)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, asset_id: uuid.UUID) -> Response:
        """Into the recycle bin, with all of its versions; `?reason=` is kept with it."""
        row = queries.environment(request.user, asset_id)
        delete(request.user, row, reason=str(request.query_params.get("reason", "")))
        return Response(status=204)


class Archive(APIView):
    restore = False

    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, asset_id: uuid.UUID) -> Response:
        row = actions.archive(request.user, queries.environment(request.user, asset_id), restore=self.restore)
        return Response(shaped(row, queries.version_of(row)))


class Versions(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, asset_id: uuid.UUID) -> Response:
        rows = queries.versions_of(queries.environment(request.user, asset_id))
        return Response({"results": [shaped_version(row) for row in rows[:1_000]]})


class OneVersion(APIView):
    """`latest` names the newest."""

    @extend_schema(responses=dict)
    def get(self, request: Request, asset_id: uuid.UUID, version: str) -> Response:
        row = queries.version_of(queries.environment(request.user, asset_id), version)
        return Response(
            {**shaped_version(row), "yaml": files.written(row), "source": row.source, "build": shaped_build(row)}
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, asset_id: uuid.UUID, version: str) -> Response:
        """Into the recycle bin; the last version takes the whole along."""
        row = queries.version_of(queries.environment(request.user, asset_id), version)
        delete(request.user, row, reason=str(request.query_params.get("reason", "")))
        return Response(status=204)


class Download(APIView):
    """The YAML with what it names, and the lock, as a zip."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, asset_id: uuid.UUID, version: str) -> HttpResponseBase:
        row = queries.version_of(queries.environment(request.user, asset_id), version)
        name = f"{row.asset.name}-{row.version}.zip"
        return FileResponse(zipped(files.files_of(row)), as_attachment=True, filename=name)


def _create(request: Request, fields: dict[str, Any]) -> EnvironmentVersion:
    project = project_named(request.user, fields["project"])
    require(request.user, "environments.change", project)
    given: list[tuple[str, Any]] = [(str(upload.name), upload) for upload in request.FILES.getlist("files")]
    for kind, name in (("yaml", "environment.yaml"), ("requirements", "requirements.txt")):
        if fields.get(kind):
            given.append((name, io.BytesIO(fields[kind].encode())))
    if not given:
        raise Refusal(
            "environment_without_files",
            _("No environment came with the request."),
            hint=_("Send `files`, or one of `yaml` and `requirements`."),
        )
    chosen = {name: fields[name] for name in ("name", "version", "description", "tags")}
    with unpacked(given) as folder:
        settings = tuple(fields["set"])
        return register_folder(request.user, project, folder, main=fields["main"], given=chosen, settings=settings)
