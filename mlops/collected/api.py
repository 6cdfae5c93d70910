"""REST: what an endpoint collected: numbers, last rows, and exports."""

from __future__ import annotations

import uuid

import msgspec
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require
from mlops.collected import exporting, queries
from mlops.collected.answers import page
from mlops.collected.windows import moment
from mlops.deployments.queries import visible_endpoint

WINDOW = [
    OpenApiParameter("start", str, description="ISO 8601, UTC where it has no offset; inclusive"),
    OpenApiParameter("end", str, description="exclusive"),
    OpenApiParameter("deployments", str, description="names, with commas between them; absent: all"),
]


class CollectedView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Rows by day and deployment, columns, sizes, and how collecting goes."""
        return Response(msgspec.to_builtins(queries.summary(visible_endpoint(request.user, endpoint_id))))


class CollectedRowsView(APIView):
    @extend_schema(parameters=[OpenApiParameter("deployment", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The last rows, newest first."""
        endpoint = visible_endpoint(request.user, endpoint_id)
        require(request.user, "collected.use", endpoint.project)  # they may be about persons
        return Response(page(queries.recent_rows(endpoint, deployment=request.query_params.get("deployment", ""))))


class CollectedExportView(APIView):
    @extend_schema(
        parameters=[
            *WINDOW,
            OpenApiParameter("as", str, description="csv (usual) or parquet"),
            OpenApiParameter(
                "designations", str, description="inputs, predictions, labels or a script's own; absent: all"
            ),
        ],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, endpoint_id: uuid.UUID) -> StreamingHttpResponse:
        """A zip archive: `modeldata/…/MODEL/VERSION/DESIGNATION/YYYY/MM/DD/data.csv`, as Azure lays it out."""
        asked = request.query_params
        return exporting.export(
            request._request,
            visible_endpoint(request.user, endpoint_id),
            format=asked.get("as", "csv"),
            deployments=_names(asked.get("deployments", "")),
            start=moment(asked.get("start", ""), parameter="start"),
            end=moment(asked.get("end", ""), parameter="end"),
            designations=_names(asked.get("designations", "")),
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
