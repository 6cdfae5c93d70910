"""REST: what was found in the files of a model version."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require
from mlops.registry import queries
from mlops.registry.scanned import standing_in_version
from mlops.scans.api import standing_view
from mlops.work.calls import later


class ScanView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        """`verdict` is the worst of the files: none, safe, suspicious, dangerous or waiting. Each file that holds a
        pickle or raises a doubt is listed with what it opens, and why that counts."""
        version = queries.visible_version(request.user, model_id, number)
        return Response(standing_view(standing_in_version(version)))

    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        """Asks a worker to look at what was not scanned yet, at once."""
        version = queries.visible_version(request.user, model_id, number)
        require(request.user, "models.register", version.model.project)
        later("scans.soon")
        return Response(standing_view(standing_in_version(version)), status=202)
