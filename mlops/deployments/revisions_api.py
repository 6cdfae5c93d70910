"""REST: the history of a deployment, what an old revision would change, and the way back."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.deployments import queries, revisions
from mlops.deployments.actions import restore_traffic
from mlops.deployments.api import DeploymentView, EndpointView, deployment_view, endpoint_view


class RevisionView(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    model = serializers.CharField()
    entry = serializers.CharField()
    settings = serializers.DictField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    is_present = serializers.BooleanField()
    is_serving = serializers.BooleanField()
    changes = serializers.ListField(help_text="field, before, after and restarts, against the revision before")
    edits = serializers.ListField(help_text="changes in place, the newest first: place, at, by, reason, changes")


class RevisionReason(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class RevisionsView(APIView):
    @extend_schema(responses=RevisionView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        """The newest first."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        found = revisions.history(queries.deployment_of(endpoint, deployment_id), most=500)
        return Response({"results": [_view(one) for one in found], "next": None, "previous": None})


class RestoreView(APIView):
    @extend_schema(request=RevisionReason, responses=DeploymentView)
    def post(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str, number: int) -> Response:
        """A new revision that is equal to that one."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        deployment = queries.deployment_of(endpoint, deployment_id)
        revisions.restore(request.user, deployment, number=number, reason=_reason(request))
        return Response(deployment_view(queries.deployment_of(endpoint, deployment.pk), endpoint))


class UndoEditView(APIView):
    @extend_schema(request=RevisionReason, responses=DeploymentView)
    def post(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str, place: int) -> Response:
        """What that change in place of the present revision changed is as before it."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        deployment = queries.deployment_of(endpoint, deployment_id)
        revisions.undo_edit(request.user, deployment, place=place, reason=_reason(request))
        return Response(deployment_view(queries.deployment_of(endpoint, deployment.pk), endpoint))


class RestoreTrafficView(APIView):
    @extend_schema(request=RevisionReason, responses=EndpointView)
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The traffic as it was before it was changed last."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        return Response(endpoint_view(restore_traffic(request.user, endpoint, reason=_reason(request))))


def _view(told: revisions.Told) -> dict[str, Any]:
    row = told.revision
    return {
        "number": row.number,
        "model": row.model,
        "entry": row.entry,
        "settings": row.settings,
        "reason": row.reason,
        "created_at": row.created_at,
        "created_by": row.created_by.get_username() if row.created_by else "",
        "is_present": told.is_present,
        "is_serving": told.is_serving,
        "changes": msgspec.to_builtins(told.changes),
        "edits": msgspec.to_builtins(told.edits),
    }


def _reason(request: Request) -> str:
    reader = RevisionReason(data=request.data)
    reader.is_valid(raise_exception=True)
    return str(reader.validated_data["reason"])
