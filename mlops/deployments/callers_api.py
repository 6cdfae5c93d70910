"""REST: tokens of an endpoint, who may call it, and the requests that it answered last."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.deployments import queries, sharing, tokens
from mlops.deployments.callers import change_callers
from mlops.deployments.models import Endpoint, EndpointToken
from mlops.deployments.recent import recent_requests


class CallersFields(serializers.Serializer[Any]):
    auth_mode = serializers.CharField(required=False, help_text="key, aml_token (tokens alone) or none")
    cors_origins = serializers.ListField(child=serializers.CharField(), required=False)
    sticky_cookie = serializers.CharField(required=False, allow_blank=True)
    sticky_query = serializers.CharField(required=False, allow_blank=True)


class NewCallerToken(serializers.Serializer[Any]):
    name = serializers.CharField()
    deployments = serializers.ListField(child=serializers.CharField(), required=False, help_text="default: all")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="default: never")


class TokenView(serializers.ModelSerializer[EndpointToken]):
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = EndpointToken
        fields = (
            "id", "name", "deployments", "is_personal", "expires_at", "last_used_at", "created_at", "created_by",
        )  # fmt: skip
        read_only_fields = fields


class CallersView(APIView):
    @extend_schema(responses=CallersFields)
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        return Response(callers_view(queries.visible_endpoint(request.user, endpoint_id)))

    @extend_schema(request=CallersFields, responses=CallersFields)
    def patch(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Who may call, from which pages, and what keeps a caller at one deployment."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        reader = CallersFields(data=request.data)
        reader.is_valid(raise_exception=True)
        return Response(callers_view(change_callers(request.user, endpoint, **reader.validated_data)))


class TokensView(APIView):
    @extend_schema(responses=TokenView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Those in force, and those that ended in the last thirty days. No secrets."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        return Response({"results": TokenView(tokens.tokens_of(endpoint), many=True).data})

    @extend_schema(request=NewCallerToken, responses={201: TokenView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The answer's `secret` is shown this once."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        reader = NewCallerToken(data=request.data)
        reader.is_valid(raise_exception=True)
        made = tokens.create_token(request.user, endpoint, **reader.validated_data)
        body = {**TokenView(made.token).data, "secret": made.secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class OneTokenView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID, token_name: str) -> Response:
        """Revokes it, by id or name."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        tokens.revoke_token(request.user, endpoint, tokens.token_of(endpoint, token_name))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccessTokenView(APIView):
    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """A token of the caller's own for twelve hours."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        made = tokens.access_token(request.user, endpoint)
        return Response(msgspec.to_builtins(made), headers={"Cache-Control": "no-store"})


class RequestsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The last requests, newest first; `?deployment=` of one, `?failed=1` those of 400 and above."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        found = recent_requests(
            request.user,
            endpoint,
            deployment=request.query_params.get("deployment", ""),
            failed_only=request.query_params.get("failed") == "1",
        )
        return Response({"results": [msgspec.to_builtins(one) for one in found]})


def callers_view(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "auth_mode": endpoint.auth_mode,
        "cors_origins": endpoint.cors_origins,
        "sticky_cookie": endpoint.sticky_cookie,
        "sticky_query": endpoint.sticky_query,
    }
