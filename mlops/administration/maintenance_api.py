"""REST: maintenance. Whoever is signed in sees whether it is on; administrators begin and end it."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access import maintenance as mode
from mlops.access.maintenance import Maintenance
from mlops.administration import maintenance


class MaintenanceFields(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=maintenance.LONGEST_REASON)
    until = serializers.CharField(required=False, allow_blank=True, default="")


class MaintenanceView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        return Response(_told(mode.current()))

    @extend_schema(request=MaintenanceFields, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Closes the server for changes, or changes reason and end."""
        maintenance.require(request.user)
        reader = MaintenanceFields(data=request.data)
        reader.is_valid(raise_exception=True)
        return Response(_told(maintenance.begin(request.user, **reader.validated_data)))

    @extend_schema(responses={200: dict})
    def delete(self, request: Request) -> Response:
        """Opens it again."""
        maintenance.end(request.user)
        return Response(_told(None))


def _told(found: Maintenance | None) -> dict[str, Any]:
    empty = {"reason": "", "by": "", "since": None, "until": None}
    return {"on": found is not None, **(msgspec.to_builtins(found) if found else empty)}
