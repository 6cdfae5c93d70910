"""REST: clusters. Everybody who is signed in sees their names; administrators set them up. No secret is ever told."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.clusters import actions, queries
from mlops.clusters.models import Cluster, Exposure

TOLD = ("id", "name", "namespace", "expose", "created_at")
FOR_ADMINISTRATORS = (
    "kubeconfig_file", "context", "node_address", "gateway", "gateway_host", "gateway_open", "registry",
    "registry_user",
)  # fmt: skip


class ClusterFields(serializers.Serializer[Any]):
    name = serializers.CharField(required=False)
    kubeconfig = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    kubeconfig_file = serializers.CharField(required=False, allow_blank=True)
    context = serializers.CharField(required=False, allow_blank=True)  # type: ignore[assignment]
    namespace = serializers.CharField(required=False, allow_blank=True)
    expose = serializers.ChoiceField(choices=Exposure.values, required=False)
    node_address = serializers.CharField(required=False, allow_blank=True)
    gateway = serializers.CharField(required=False, allow_blank=True)
    gateway_host = serializers.CharField(required=False, allow_blank=True)
    gateway_open = serializers.BooleanField(required=False)
    registry = serializers.CharField(required=False, allow_blank=True)
    registry_user = serializers.CharField(required=False, allow_blank=True)
    registry_password = serializers.CharField(required=False, allow_blank=True)


class ClustersView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        results = [cluster_view(one, request.user) for one in Cluster.objects.all()]
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(request=ClusterFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        cluster = actions.create_cluster(request.user, **_checked(request))
        return Response(cluster_view(cluster, request.user), status=status.HTTP_201_CREATED)


class OneClusterView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, cluster_id: uuid.UUID) -> Response:
        return Response(cluster_view(queries.by_id(cluster_id), request.user))

    @extend_schema(request=ClusterFields, responses={200: dict})
    def patch(self, request: Request, cluster_id: uuid.UUID) -> Response:
        cluster = actions.update_cluster(request.user, queries.by_id(cluster_id), **_checked(request))
        return Response(cluster_view(cluster, request.user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, cluster_id: uuid.UUID) -> Response:
        actions.delete_cluster(request.user, queries.by_id(cluster_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def cluster_view(cluster: Cluster, user: Any) -> dict[str, Any]:
    names = (*TOLD, *FOR_ADMINISTRATORS) if getattr(user, "is_superuser", False) else TOLD
    return {name: getattr(cluster, name) for name in names}


def _checked(request: Request) -> dict[str, Any]:
    reader = ClusterFields(data=request.data)
    reader.is_valid(raise_exception=True)
    unknown = {name: "" for name in request.data if name not in reader.fields}
    return {**unknown, **reader.validated_data}
