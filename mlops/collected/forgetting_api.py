"""REST: removing rows of what an endpoint collected."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.collected import queries
from mlops.collected.answers import MOST_LISTED, page, read
from mlops.collected.forgetting import forget
from mlops.collected.models import Forgetting
from mlops.deployments.queries import visible_endpoint


class ForgettingView(serializers.ModelSerializer[Forgetting]):
    since = serializers.DateTimeField(source="state_since")

    class Meta:
        model = Forgetting
        fields = ("id", "column", "value_count", "why", "state", "reason", "hint", "since", "datasets", "created_at")
        read_only_fields = fields


class NewForgetting(serializers.Serializer[Any]):
    column = serializers.CharField(help_text="request_id, correlation_id, or a column such as inputs.customer")
    values = serializers.ListField(child=serializers.CharField())
    why = serializers.CharField(required=False, allow_blank=True, default="")


class ForgettingsView(APIView):
    @extend_schema(responses=ForgettingView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        rows = Forgetting.objects.filter(endpoint=visible_endpoint(request.user, endpoint_id))[:MOST_LISTED]
        return Response(page(ForgettingView(rows, many=True).data))

    @extend_schema(request=NewForgetting, responses={201: ForgettingView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Removes rows with their labels, for good: those of a request, or with a value in a column."""
        given = read(NewForgetting, request)
        made = forget(request.user, visible_endpoint(request.user, endpoint_id), **given)
        return Response(ForgettingView(made).data, status=status.HTTP_201_CREATED)


class OneForgettingView(APIView):
    @extend_schema(responses=ForgettingView)
    def get(self, request: Request, endpoint_id: uuid.UUID, forgetting_id: uuid.UUID) -> Response:
        endpoint = visible_endpoint(request.user, endpoint_id)
        return Response(ForgettingView(queries.forgetting(endpoint, forgetting_id)).data)
