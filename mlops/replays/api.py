"""REST: replays of an endpoint."""

from __future__ import annotations

import io
import uuid
from typing import Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.parsing import PlainJson
from mlops.collected.replaying import requests_of
from mlops.collected.windows import moment
from mlops.deployments import recording
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import visible_endpoint
from mlops.formats.replaying import Tolerance
from mlops.replays import actions
from mlops.replays.models import Replay
from mlops.replays.queries import replay_of, replays_of


class NewReplay(serializers.Serializer[Any]):
    before = serializers.CharField(help_text="a deployment's name, or model:number")
    after = serializers.CharField(help_text="a deployment's name, or model:number")
    requests = serializers.FileField(required=False, help_text="one request a line, as JSON")
    recorded = serializers.BooleanField(required=False, default=False, help_text="those of the running recording")
    collected = serializers.BooleanField(required=False, default=False, help_text="those that were collected")
    start = serializers.CharField(required=False, allow_blank=True, default="", help_text="of what was collected")
    end = serializers.CharField(required=False, allow_blank=True, default="")
    deployments = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    dataset = serializers.CharField(required=False, allow_blank=True, default="", help_text="name or name:version")
    absolute = serializers.FloatField(required=False, default=Tolerance().absolute)
    relative = serializers.FloatField(required=False, default=Tolerance().relative)


class ReplayView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    before = serializers.CharField(source="before_label")
    after = serializers.CharField(source="after_label")
    requests = serializers.CharField(source="source", help_text="which requests were asked")
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    share_done = serializers.FloatField()
    report = serializers.JSONField()
    created_at = serializers.DateTimeField()


class ReplaysView(APIView):
    parser_classes = (PlainJson, MultiPartParser, FormParser)

    @extend_schema(responses=ReplayView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        rows = replays_of(visible_endpoint(request.user, endpoint_id))[:200]
        return Response({"results": [_view(row) | {"report": None} for row in rows], "next": None, "previous": None})

    @extend_schema(request=NewReplay, responses={201: ReplayView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Asks both sides the same requests and says how their answers differ."""
        endpoint = visible_endpoint(request.user, endpoint_id)
        reader = NewReplay(data=request.data)
        reader.is_valid(raise_exception=True)
        given = reader.validated_data
        made = actions.replay(
            request.user,
            endpoint,
            before=given["before"],
            after=given["after"],
            requests=_requests(request, endpoint, given),
            dataset=given["dataset"],
            tolerance=Tolerance(absolute=given["absolute"], relative=given["relative"]),
        )
        return Response(_view(made), status=status.HTTP_201_CREATED)


class OneReplayView(APIView):
    @extend_schema(responses=ReplayView)
    def get(self, request: Request, endpoint_id: uuid.UUID, number: int) -> Response:
        return Response(_view(_replay(request, endpoint_id, number)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID, number: int) -> Response:
        actions.delete(request.user, _replay(request, endpoint_id, number))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelReplayView(APIView):
    @extend_schema(request=None, responses=ReplayView)
    def post(self, request: Request, endpoint_id: uuid.UUID, number: int) -> Response:
        return Response(_view(actions.cancel(request.user, _replay(request, endpoint_id, number))))


class NewRecording(serializers.Serializer[Any]):
    most = serializers.IntegerField(default=200, help_text="how many of the last requests are kept")
    hours = serializers.FloatField(default=24.0, help_text="when it ends by itself")


class RecordingView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        return Response(msgspec.to_builtins(recording.state_of(visible_endpoint(request.user, endpoint_id))))

    @extend_schema(request=NewRecording, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Begins a recording, or changes the running one."""
        reader = NewRecording(data=request.data)
        reader.is_valid(raise_exception=True)
        endpoint = recording.begin(
            request.user, visible_endpoint(request.user, endpoint_id), **dict(reader.validated_data)
        )
        return Response({"most": endpoint.record, "until": endpoint.record_until})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        recording.end(request.user, visible_endpoint(request.user, endpoint_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RecordedView(APIView):
    @extend_schema(responses={200: bytes})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> HttpResponse:
        """The recorded requests, one a line."""
        endpoint = visible_endpoint(request.user, endpoint_id)
        headers = {"Content-Disposition": f'attachment; filename="{endpoint.name}-requests.jsonl"'}
        content = recording.recorded(request.user, endpoint)
        return HttpResponse(content, content_type="application/jsonl", headers=headers | {"Cache-Control": "no-store"})


def _requests(request: Request, endpoint: Endpoint, given: dict[str, Any]) -> Any:
    if given["recorded"]:
        return io.BytesIO(recording.recorded(request.user, endpoint))
    if given["collected"]:
        start, end = (moment(given[name], parameter=name) for name in ("start", "end"))
        kept = requests_of(request.user, endpoint, start=start, end=end, deployments=given["deployments"])
        return io.BytesIO(kept)
    return given.get("requests")


def _replay(request: Request, endpoint_id: uuid.UUID, number: int) -> Replay:
    return replay_of(visible_endpoint(request.user, endpoint_id), number)


def _view(row: Replay) -> dict[str, Any]:
    return dict(ReplayView(row).data)
