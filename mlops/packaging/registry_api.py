"""REST: logins to registries. A password goes in and never comes out."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.accounts.queries import visible_project
from mlops.packaging import queries, registry_logins


class NewRegistryLogin(serializers.Serializer[Any]):
    project = serializers.CharField(help_text="slug")
    registry = serializers.CharField(help_text="host or host:port")
    name = serializers.CharField(required=False, allow_blank=True, default="")
    password = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    is_insecure = serializers.BooleanField(default=False, help_text="it may be spoken to without TLS")


class RegistryLoginView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    registry = serializers.CharField()
    name = serializers.CharField()
    is_insecure = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class RegistryLoginsView(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses=RegistryLoginView(many=True))
    def get(self, request: Request) -> Response:
        project = visible_project(request.user, request.query_params.get("project", ""))
        return Response({"results": RegistryLoginView(queries.registry_logins(request.user, project), many=True).data})

    @extend_schema(request=NewRegistryLogin, responses={201: RegistryLoginView})
    def post(self, request: Request) -> Response:
        wanted = NewRegistryLogin(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = dict(wanted.validated_data)
        project = visible_project(request.user, given.pop("project"))
        login = registry_logins.store_login(request.user, project, **given)
        return Response(RegistryLoginView(login).data, status=status.HTTP_201_CREATED)


class OneRegistryLoginView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, login_id: uuid.UUID) -> Response:
        registry_logins.remove_login(request.user, queries.visible_registry_login(request.user, login_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
