"""REST of pipeline endpoints: list, versions, and the call by the documented body."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.formats.refusal import Refusal
from mlops.pipelines import published, publishing, sharing
from mlops.pipelines.call_body import assignments
from mlops.pipelines.publishing import version_of
from mlops.pipelines.shaping import endpoint_line, version_line
from mlops.runs.shaping import brief


class EndpointFields(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True)
    default_version = serializers.IntegerField(required=False, min_value=0)
    enabled = serializers.BooleanField(required=False)


class VersionFields(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()


class Endpoints(APIView):
    """`?project=`"""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        found = sharing.readable_by(request.user)
        if slug := request.query_params.get("project"):
            found = found.filter(project__slug=slug)
        rows = list(found[:500])
        told = sharing.told_to(request.user, rows, [endpoint_line(one) for one in rows])
        return Response({"results": told})


class OneEndpoint(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        return Response(_whole(request, pipeline_id))

    @extend_schema(request=EndpointFields, responses=dict)
    def patch(self, request: Request, pipeline_id: UUID) -> Response:
        fields = checked(EndpointFields, request)
        one = published.endpoint(request.user, pipeline_id)
        if "description" in fields:
            publishing.describe(request.user, one, description=fields["description"])
        if "default_version" in fields:
            publishing.set_default(request.user, one, number=fields["default_version"])
        if "enabled" in fields:
            (publishing.enable if fields["enabled"] else publishing.disable)(request.user, one)
        return Response(_whole(request, pipeline_id))


class OneVersion(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, pipeline_id: UUID, number: int) -> Response:
        one = sharing.readable(request.user, pipeline_id)
        version = version_of(one, number)
        told = {**version_line(version), "document": version.document}
        return Response(sharing.told_to(request.user, [one], [told])[0])

    @extend_schema(request=VersionFields, responses=dict)
    def patch(self, request: Request, pipeline_id: UUID, number: int) -> Response:
        version = published.version(request.user, pipeline_id, number)
        enabled = checked(VersionFields, request)["enabled"]
        (publishing.enable if enabled else publishing.disable)(request.user, version)
        return Response(version_line(version))


class EndpointRuns(APIView):
    """POST runs the default version, or `?version=N`, with the body `ExperimentName`, `ParameterAssignments`,
    `DataSetDefinitionValueAssignments`, `DataPathAssignments`, `Description`, `ContinueRunOnStepFailure`. The answer
    holds the run's `Id`."""

    @extend_schema(responses=dict)
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pages = CursorPages()
        found = published.runs(published.endpoint(request.user, pipeline_id))
        page = pages.paginate_queryset(found.defer("spec", "document", "shapes"), request, view=self)
        return pages.get_paginated_response([brief(run) for run in page or ()])

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        one = published.endpoint(request.user, pipeline_id)
        asked = assignments(request.data)
        run = publishing.call(request.user, one, number=_version(request), **asked)
        return Response({"Id": str(run.pk), **brief(run)}, status=201)


def _version(request: Request) -> int | None:
    text = str(request.query_params.get("version", ""))
    if text and not text.isdecimal():
        raise Refusal(
            "number_expected", _("“version” must be a whole number of 0 or more, not “%(text)s”.") % {"text": text}
        )
    return int(text) if text else None


def _whole(request: Request, pipeline_id: UUID) -> dict[str, Any]:
    one = sharing.readable(request.user, pipeline_id)
    told = {**endpoint_line(one), "versions": [version_line(each) for each in published.versions(one)]}
    return sharing.told_to(request.user, [one], [told])[0]
