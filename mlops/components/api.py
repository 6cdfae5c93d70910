"""REST: components of a project, their versions and files."""

from __future__ import annotations

import io
import uuid
from typing import Any

import msgspec
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
from mlops.components import actions, files, queries
from mlops.components.bundles import unpacked
from mlops.components.models import Component, ComponentVersion
from mlops.components.registering import register_folder, register_script
from mlops.components.searching import COMPONENTS
from mlops.components.usage import uses_of
from mlops.formats.component import Component as Definition
from mlops.formats.refusal import Refusal
from mlops.tags.filters import tags_of, tags_of_many
from mlops.tags.rest import LIST_PARAMETERS, list_answer
from mlops.tags.searching import asks_for


class NewComponent(serializers.Serializer[Any]):
    """A multipart form with `files` (zips are unpacked; `paths` where they lie in folders), or JSON: `yaml` is the text
    of a commandComponent without code, `python` that of a file with a function; `component` and `script`: drawn.
    `set`: fields of the YAML given anew, `a.b=VALUE`."""

    project = serializers.CharField()
    name = serializers.CharField(required=False, allow_blank=True, default="")
    version = serializers.CharField(required=False, allow_blank=True, default="")
    main = serializers.CharField(required=False, allow_blank=True, default="")
    function = serializers.CharField(required=False, allow_blank=True, default="")
    yaml = serializers.CharField(required=False, trim_whitespace=False)
    python = serializers.CharField(required=False, trim_whitespace=False)
    component = serializers.JSONField(required=False)
    script = serializers.CharField(required=False, trim_whitespace=False)
    requirements = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    set = serializers.ListField(child=serializers.CharField(trim_whitespace=False), required=False, default=list)


class ComponentVersionChange(serializers.Serializer[Any]):
    deprecated = serializers.CharField(allow_blank=True, help_text="why it should not be used; empty takes that back")


class Components(APIView):
    @extend_schema(parameters=LIST_PARAMETERS, responses=dict)
    def get(self, request: Request) -> Response:
        """`?project=&archived=true`"""
        found = queries.visible_to(request.user)
        if slug := request.query_params.get("project", ""):
            found = found.filter(project=project_named(request.user, slug))
        asked = request.query_params
        if asked.get("archived") != "true" and not asks_for(asked.get("filter", ""), COMPONENTS, "archived"):
            found = found.filter(archived_at=None)
        return list_answer(request, found, COMPONENTS, shaped_rows)

    @extend_schema(request=NewComponent, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = NewComponent(data=request.data)
        fields.is_valid(raise_exception=True)
        version = _create(request, dict(fields.validated_data))
        return Response(shaped_version(version), status=201)


class OneComponent(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, component_id: uuid.UUID) -> Response:
        row = queries.component(request.user, component_id)
        uses = [msgspec.to_builtins(use) for use in uses_of(row)]
        return Response({**shaped(row, queries.version_of(row)), "uses": uses})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, component_id: uuid.UUID) -> Response:
        """Into the recycle bin, with all of its versions; `?reason=` is kept with it."""
        row = queries.component(request.user, component_id)
        delete(request.user, row, reason=str(request.query_params.get("reason", "")))
        return Response(status=204)


class Archive(APIView):
    restore = False

    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, component_id: uuid.UUID) -> Response:
        row = actions.archive(request.user, queries.component(request.user, component_id), restore=self.restore)
        return Response(shaped(row, queries.version_of(row)))


class Versions(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, component_id: uuid.UUID) -> Response:
        rows = queries.versions_of(queries.component(request.user, component_id))
        return Response({"results": [shaped_version(row) for row in rows[:1_000]]})


class OneVersion(APIView):
    """`latest` names the newest."""

    @extend_schema(responses=dict)
    def get(self, request: Request, component_id: uuid.UUID, version: str) -> Response:
        row = queries.version_of(queries.component(request.user, component_id), version)
        return Response({**shaped_version(row), "definition": row.definition, "yaml": files.written(row)})

    @extend_schema(request=ComponentVersionChange, responses=dict)
    def patch(self, request: Request, component_id: uuid.UUID, version: str) -> Response:
        row = queries.version_of(queries.component(request.user, component_id), version)
        fields = ComponentVersionChange(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(
            shaped_version(actions.deprecate(request.user, row, message=fields.validated_data["deprecated"]))
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, component_id: uuid.UUID, version: str) -> Response:
        """Into the recycle bin; the last version takes the whole along."""
        row = queries.version_of(queries.component(request.user, component_id), version)
        delete(request.user, row, reason=str(request.query_params.get("reason", "")))
        return Response(status=204)


class Download(APIView):
    """The YAML and the code as a zip."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, component_id: uuid.UUID, version: str) -> HttpResponseBase:
        row = queries.version_of(queries.component(request.user, component_id), version)
        name = f"{row.component.name}-{row.version}.zip"
        return FileResponse(files.zipped(files.files_of(row)), as_attachment=True, filename=name)


def shaped_rows(rows: list[Component]) -> list[dict[str, Any]]:
    newest = queries.newest(rows)
    tags = tags_of_many(rows)
    return [shaped(row, newest.get(row.pk), tags[str(row.pk)]) for row in rows]


def shaped(row: Component, newest: ComponentVersion | None, tags: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "project": row.project.slug,
        "archived": row.archived_at is not None,
        "tags": {**(newest.tags if newest else {}), **(tags_of(row) if tags is None else tags)},
        "created_at": row.created_at,
        "latest": shaped_version(newest) if newest else None,
    }


def shaped_version(row: ComponentVersion) -> dict[str, Any]:
    return {
        "id": str(row.component_id),
        "name": row.component.name,
        "version": row.version,
        "kind": row.kind,
        "title": row.title,
        "description": row.description,
        "digest": row.digest,
        "tags": row.tags,
        "warnings": row.warnings,
        "deprecated": row.deprecated,
        "created_at": row.created_at,
        "created_by": row.created_by.get_username() if row.created_by else "",
    }


def _create(request: Request, fields: dict[str, Any]) -> ComponentVersion:
    project = project_named(request.user, fields["project"])
    require(request.user, "components.change", project)
    chosen = {"name": fields["name"], "version": fields["version"]}
    settings = tuple(fields["set"])
    if fields.get("script") is not None:
        return register_script(
            request.user,
            project,
            component=drawn_component(fields.get("component"), chosen),
            script=fields["script"],
            requirements=fields["requirements"],
        )
    uploads = request.FILES.getlist("files")
    paths = request.data.getlist("paths") if hasattr(request.data, "getlist") else []
    given: list[tuple[str, Any]] = [
        (paths[place] if place < len(paths) and paths[place] else str(upload.name), upload)
        for place, upload in enumerate(uploads)
    ]
    for kind, name in (("yaml", "component.yaml"), ("python", "component.py")):
        if fields.get(kind):
            given.append((name, io.BytesIO(fields[kind].encode())))
    if not given:
        raise Refusal(
            "component_without_files",
            _("No component came with the request."),
            hint=_("Send `files`, or one of `yaml`, `python`, or `component` with `script`."),
        )
    with unpacked(given) as folder:
        return register_folder(
            request.user, project, folder, main=fields["main"], function=fields["function"], settings=settings, **chosen
        )


def drawn_component(raw: Any, chosen: dict[str, str]) -> Definition:
    """The interface as the page sends it. Raises Refusal `component_invalid`, `drawn_…`."""
    try:
        given = {"name": "", "version": "", "title": "", "group": "", "help": "", **(raw or {})}
        component = msgspec.convert(given, type=Definition)
    except (msgspec.ValidationError, TypeError) as error:
        raise Refusal(
            "component_invalid", _("This component cannot be read: %(error)s.") % {"error": error}, status=422
        ) from error
    from mlops.components.drawn import checked

    return checked(
        msgspec.structs.replace(
            component, name=chosen["name"] or component.name, version=chosen["version"] or component.version
        )
    )
