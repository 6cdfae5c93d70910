"""REST: profiles of a model version."""

from __future__ import annotations

import io
import uuid
from typing import Any

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.parsing import PlainJson, given_object
from mlops.blobs.trees import keep_stream
from mlops.formats.profiling import ProfileOrder, measured_members, members
from mlops.packaging import profile_actions, queries
from mlops.packaging.models import Profile, ProfileState
from mlops.packaging.profile_orders import checked_order
from mlops.registry.queries import visible_version

DETAILS = ("name", "description", "entry", "dataset", "column")


class NewProfile(serializers.Serializer[Any]):
    """Settings that are left out have usual values. Lists are lists of numbers, or texts such as `1, 2`."""

    name = serializers.CharField(required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True)
    entry = serializers.CharField(required=False, allow_blank=True, help_text="onnx, native or script")
    script = serializers.CharField(required=False, allow_blank=True, help_text="the entry script's text")
    requests = serializers.FileField(required=False, help_text="recorded requests, one a line")
    dataset = serializers.CharField(required=False, allow_blank=True, help_text="name or name:version")
    column = serializers.CharField(required=False, allow_blank=True, help_text="of the dataset, with whole requests")
    cores = serializers.JSONField(required=False)
    memory_bytes = serializers.JSONField(required=False)
    concurrency = serializers.JSONField(required=False)
    rows = serializers.JSONField(required=False, help_text="rows in a request")
    wanted_per_second = serializers.JSONField(required=False)
    p99_target_ms = serializers.JSONField(required=False)
    point_seconds = serializers.JSONField(required=False)
    budget_seconds = serializers.JSONField(required=False)
    path = serializers.CharField(required=False)
    place = serializers.CharField(required=False, help_text="process or docker")
    prices = serializers.JSONField(required=False)


class ProfileView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    version = serializers.CharField(help_text="name:number")
    entry = serializers.CharField()
    dataset = serializers.SerializerMethodField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    order = serializers.JSONField()
    progress = serializers.JSONField()
    result = serializers.SerializerMethodField(help_text="The members of Azure's profile result.")
    report = serializers.JSONField()
    created_at = serializers.DateTimeField()

    def get_dataset(self, profile: Profile) -> str | None:
        return None if profile.dataset is None else f"{profile.dataset.dataset.name}:{profile.dataset.number}"

    def get_result(self, profile: Profile) -> dict[str, Any]:
        return result_of(profile)


def result_of(profile: Profile) -> dict[str, Any]:
    """Every member of Azure's result; a failure has `error` and `errorLogsUri` instead of what was measured."""
    order = msgspec.convert(profile.order, ProfileOrder)
    report = queries.report_of(profile)
    more: dict[str, Any] = {
        "description": profile.description,
        "createdTime": profile.created_at.isoformat(),
        **(measured_members(report) if report else {}),
        "error": None,
    }
    if profile.state in (ProfileState.FAILED, ProfileState.CANCELLED):
        more["error"] = {"message": f"{profile.reason} {profile.hint}".strip()}
        more["errorLogsUri"] = reverse("profile-log", args=[profile.pk])
    names = {ProfileState.COMPLETED: "Succeeded", ProfileState.FAILED: "Failed", ProfileState.CANCELLED: "Canceled"}
    state = names.get(ProfileState(profile.state), profile.state.capitalize())
    return members(name=profile.name, state=state, order=order, **more)


class ProfilesView(APIView):
    parser_classes = (PlainJson, MultiPartParser, FormParser)

    @extend_schema(responses=ProfileView(many=True))
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        return Response({"results": ProfileView(queries.profiles_of(version), many=True).data})

    @extend_schema(request=NewProfile, responses={201: ProfileView})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        given = given_object(request.data)
        details = {name: str(given.pop(name) or "") for name in DETAILS if name in given}
        requests, script = given.pop("requests", None), given.pop("script", None)
        order = checked_order(given)
        made = profile_actions.profile(
            request.user,
            version,
            order=order,
            script=keep_stream(io.BytesIO(str(script).encode())) if script else None,
            requests=_stream(requests),
            **details,
        )
        return Response(ProfileView(made).data, status=status.HTTP_201_CREATED)


class OneProfileView(APIView):
    @extend_schema(responses=ProfileView)
    def get(self, request: Request, profile_id: uuid.UUID) -> Response:
        return Response(ProfileView(queries.visible_profile(request.user, profile_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, profile_id: uuid.UUID) -> Response:
        profile_actions.delete(request.user, queries.visible_profile(request.user, profile_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelProfileView(APIView):
    @extend_schema(request=None, responses=ProfileView)
    def post(self, request: Request, profile_id: uuid.UUID) -> Response:
        found = queries.visible_profile(request.user, profile_id)
        return Response(ProfileView(profile_actions.cancel(request.user, found)).data)


class ProfileLogView(APIView):
    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, profile_id: uuid.UUID) -> HttpResponse:
        found = queries.visible_profile(request.user, profile_id)
        return HttpResponse(found.log, content_type="text/plain; charset=utf-8")


def _stream(requests: Any) -> Any:
    """A file, or in JSON a list of requests (each a text, or JSON)."""
    if requests is None or requests == "" or hasattr(requests, "read"):
        return requests or None
    listed = requests if isinstance(requests, list) else [requests]
    return io.BytesIO(b"\n".join(msgspec.json.encode(one) for one in listed))
