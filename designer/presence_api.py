"""The REST route of presence: a page says what it shows, and hears who else is there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import presence, queries


class PresenceFields(serializers.Serializer[Any]):
    tab = serializers.UUIDField()
    nodes = serializers.ListField(child=serializers.CharField(max_length=100), required=False, default=list)
    field = serializers.CharField(required=False, allow_blank=True, max_length=310, default="")


class TabFields(serializers.Serializer[Any]):
    tab = serializers.UUIDField()


class DraftPresence(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft_line(request.user, draft_id)
        tab = TabFields(data=request.query_params)
        return Response({"people": presence.others(draft, tab=tab.validated_data["tab"] if tab.is_valid() else None)})

    @extend_schema(request=PresenceFields, responses=dict)
    def put(self, request: Request, draft_id: UUID) -> Response:
        fields = PresenceFields(data=request.data)
        fields.is_valid(raise_exception=True)
        draft = queries.draft_line(request.user, draft_id)
        presence.be_present(request.user, draft, **fields.validated_data)
        return Response({"people": presence.others(draft, tab=fields.validated_data["tab"])})

    @extend_schema(parameters=[TabFields], responses={204: None})
    def delete(self, request: Request, draft_id: UUID) -> Response:
        tab = TabFields(data=request.query_params)
        tab.is_valid(raise_exception=True)
        presence.leave(request.user, queries.draft_line(request.user, draft_id), tab=tab.validated_data["tab"])
        return Response(status=204)
