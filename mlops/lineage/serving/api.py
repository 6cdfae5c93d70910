"""REST: what was deployed at an instant."""

from __future__ import annotations

import msgspec
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.lineage.api import PROJECT, asked_projects
from mlops.lineage.serving.instant import deployed_at, instant_in


class DeployedAt(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("time", str, description="ISO 8601, such as `2026-11-01T12:00Z`; absent: now."),
            OpenApiParameter("endpoint", str, description="One alone, also one that was deleted since."),
            PROJECT,
        ],
        responses=dict,
    )
    def get(self, request: Request) -> Response:
        """What was deployed at an instant: traffic, deployments, model versions, images and environments."""
        asked = request.query_params
        at = instant_in(asked.get("time", ""))
        found = deployed_at(asked_projects(request), at, endpoint=asked.get("endpoint", ""))
        return Response(msgspec.to_builtins(found))
