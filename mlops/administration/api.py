"""REST: how the server is. For administrators alone."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.administration.health.report import health
from mlops.administration.scaling.looking import wanted
from mlops.administration.system import copies, database, jobs, queues, settings, storage, versions, workers
from mlops.administration.system.report import require_sight, system
from mlops.work.calls import later


class SystemView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """All of it, without settings, libraries and logs."""
        return Response(_told(system(request.user)))


class SystemPartView(APIView):
    """One part of it, by its name."""

    part = ""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        require_sight(request.user)
        found = _told(PARTS[self.part]())
        return Response({"results": found, "next": None, "previous": None} if isinstance(found, list) else found)


class HealthView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """What is wrong, since when, why, and what to do; and what became better or worse in the last days."""
        return Response(_told(health(request.user)))


class LookView(APIView):
    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request) -> Response:
        """Has a worker look at all parts now."""
        require_sight(request.user)
        later("administration.look_at_health_now")
        return Response({"detail": "A worker looks; each part says when it was."}, status=status.HTTP_202_ACCEPTED)


class MeasureView(APIView):
    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request) -> Response:
        """Has a worker measure the data directory now."""
        require_sight(request.user)
        later("administration.measure_now")
        return Response({"detail": "A worker measures; the storage says when it was."}, status=status.HTTP_202_ACCEPTED)


PARTS: dict[str, Any] = {
    "wanted-workers": wanted,
    "workers": workers.workers,
    "queues": queues.queues,
    "jobs": jobs.jobs,
    "storage": storage.storage,
    "database": database.database,
    "backups": copies.copies,
    "versions": versions.versions,
    "libraries": lambda: list(versions.libraries()),
    "settings": settings.settings,
}


def _told(found: Any) -> Any:
    return msgspec.to_builtins(found)
