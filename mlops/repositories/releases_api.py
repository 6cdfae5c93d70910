"""REST: what begins at the host when a model version is registered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.formats.refusal import Refusal
from mlops.repositories import queries
from mlops.repositories.models import Release
from mlops.repositories.releases import create_release, delete_release

MOST_CALLS = 20


class ReleaseFields(serializers.Serializer[Any]):
    """`model`: a pattern of names. `event`: what the host's workflow listens to."""

    name = serializers.CharField(max_length=100)
    model = serializers.CharField(required=False, default="*", max_length=255)
    tags = serializers.DictField(required=False, default=dict, child=serializers.CharField(allow_blank=True))
    event = serializers.CharField(required=False, default="mlops-model-registered", max_length=100)
    branch = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class Releases(APIView):
    @extend_schema(responses=list[dict[str, Any]])
    def get(self, request: Request, repository_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        return Response([_shaped(one) for one in Release.objects.filter(repository=row)])

    @extend_schema(request=ReleaseFields, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        fields = ReleaseFields(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(_shaped(create_release(request.user, row, **fields.validated_data)), status=201)


class OneRelease(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, repository_id: UUID, release_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        found = Release.objects.filter(repository=row, pk=release_id).select_related("repository__project").first()
        if found is None:
            raise Refusal("not_found", "There is no such release.", status=404)
        delete_release(request.user, found)
        return Response(status=204)


def _shaped(release: Release) -> dict[str, Any]:
    return {
        "id": str(release.pk),
        "name": release.name,
        "model": release.model,
        "tags": release.tags,
        "event": release.event,
        "branch": release.branch,
        "is_enabled": release.is_enabled,
        "calls": [
            {
                "model": call.model,
                "version": call.version,
                "state": call.state,
                "reason": call.reason,
                "hint": call.hint,
                "state_since": call.state_since.isoformat(),
                "attempts": call.attempts,
            }
            for call in release.calls.all()[:MOST_CALLS]
        ],
    }
