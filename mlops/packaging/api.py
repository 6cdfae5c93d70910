"""REST: conversions of a model version."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.packaging import actions, queries
from mlops.packaging.models import Conversion
from mlops.registry.queries import visible_version


class NewConversion(serializers.Serializer[Any]):
    tolerance = serializers.FloatField(default=actions.TOLERANCE)


class ConversionView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.CharField(help_text="name:number")
    tolerance = serializers.FloatField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    certificate = serializers.JSONField()
    created_at = serializers.DateTimeField()


class ConversionsView(APIView):
    @extend_schema(responses=ConversionView(many=True))
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        return Response({"results": ConversionView(queries.conversions_of(version), many=True).data})

    @extend_schema(request=NewConversion, responses={201: ConversionView})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        wanted = NewConversion(data=request.data)
        wanted.is_valid(raise_exception=True)
        conversion: Conversion = actions.convert(request.user, version, tolerance=wanted.validated_data["tolerance"])
        code = status.HTTP_200_OK if conversion.is_final else status.HTTP_201_CREATED
        return Response(ConversionView(conversion).data, status=code)
