"""REST: imports from stores of MLflow's, below /api/v1/."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.access.paging import CursorPages
from mlops.blobs.trees import keep_stream
from mlops.formats.refusal import Refusal, Where
from mlops.imports import queries
from mlops.imports.actions import cancel_import, start_import
from mlops.imports.options import Options
from mlops.imports.shaping import shaped, shaped_finding

MOST_FINDINGS = 500


class ImportFields(serializers.Serializer[Any]):
    project = serializers.SlugField()
    address = serializers.CharField(max_length=2000)
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    user = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    secret = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    options = serializers.DictField(required=False, default=dict)


class ImportsView(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """The newest first."""
        found = queries.visible_to(request.user, project=request.query_params.get("project", ""))
        pages = CursorPages()
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response([shaped(row) for row in page or ()])

    @extend_schema(request=ImportFields, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """From a store that the server reads: `address` is that of a database, a server, or a folder that may be
        read; `name` is what the source is remembered by (its address, where it is left out). `secret` is the password
        of `user`, or a token. With `options.dry_run` it only tells what would come."""
        form = ImportFields(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        row = start_import(
            request.user,
            project_named(request.user, values["project"]),
            address=values["address"],
            source=values["name"],
            user=values["user"],
            secret=values["secret"],
            options=read_options(values["options"]),
        )
        return Response(shaped(row), status=status.HTTP_202_ACCEPTED)


class ArchivesView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("project", str, required=True),
            OpenApiParameter("file_name", str),
            OpenApiParameter("source", str),
            OpenApiParameter("options", str, description="JSON"),
        ],
        request={"application/zip": OpenApiTypes.BINARY},
        responses={202: OpenApiTypes.OBJECT},
    )
    def put(self, request: Request) -> Response:
        """The body is a zip of a store: of the folder `mlruns`, or of `mlflow.db` with the folder of its files. It is
        read as it comes."""
        asked = request.query_params
        project = project_named(request.user, asked.get("project", ""))
        require(request.user, "imports.run", project)
        options = read_options(_decoded(asked.get("options", "") or "{}"))
        row = start_import(
            request.user,
            project,
            archive=keep_stream(cast(BinaryIO, request._request)),
            file_name=asked.get("file_name", "") or "store.zip",
            source=asked.get("source", ""),
            options=options,
        )
        return Response(shaped(row), status=status.HTTP_202_ACCEPTED)


class ImportView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, import_id: UUID) -> Response:
        """How far it is, and its report: at most 500 findings; `findings_count` says how many there are."""
        row = queries.by_id(request.user, import_id)
        found = queries.findings(row)
        more = {"findings": [shaped_finding(one) for one in found[:MOST_FINDINGS]], "findings_count": found.count()}
        return Response(shaped(row) | more)


class CancelView(APIView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, import_id: UUID) -> Response:
        row = queries.by_id(request.user, import_id)
        cancel_import(request.user, row)
        return Response(shaped(row))


class MarksView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("project", str, required=True), OpenApiParameter("source", str, required=True)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """What was taken of a source: by kind, the ids there with the marks of the content and of the files. Who sends
        a store leaves out what is marked alike."""
        project = project_named(request.user, request.query_params.get("project", ""))
        source = request.query_params.get("source", "")
        kinds = ("run", "logged_model", "trace", "version")
        return Response({kind: queries.marks(project, source, kind) for kind in kinds})


def read_options(given: Any) -> Options:
    """Raises Refusal `options_invalid`."""
    try:
        return msgspec.convert(given, Options)
    except msgspec.ValidationError as error:
        raise Refusal(
            "options_invalid",
            _("The options cannot be read: %(error)s.") % {"error": error},
            hint=_("There are: %(fields)s.") % {"fields": ", ".join(Options.__struct_fields__)},
            status=422,
            where=Where(parameter="options"),
        ) from error


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Refusal(
            "options_invalid", _("The options are no JSON: %(error)s.") % {"error": error}, status=422
        ) from error
