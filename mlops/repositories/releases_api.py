"""REST: what begins when a model version is registered, or a tag is pushed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.repositories import queries
from mlops.repositories.models import Deed, Release, ReleaseCall
from mlops.repositories.releases import create_release, delete_release, set_enabled
from mlops.repositories.releasing import working

MOST_CALLS = 20


class ReleaseFields(serializers.Serializer[Any]):
    """`model`: a pattern of names. `stage`: begin when a version comes into it, not when one is registered. `git_tag`:
    begin when a tag that fits this pattern is pushed. `does`: a workflow of the host (dispatch; `event` is what it
    listens to), or the job or deployment that `path` describes."""

    name = serializers.CharField(max_length=100)
    model = serializers.CharField(required=False, default="*", max_length=255)
    tags = serializers.DictField(required=False, default=dict, child=serializers.CharField(allow_blank=True))
    stage = serializers.CharField(required=False, default="", allow_blank=True, max_length=20)
    git_tag = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=200,
        help_text="A pattern of Git tags, such as v*: one that is pushed begins it, and no model does.",
    )
    does = serializers.ChoiceField(required=False, default=Deed.DISPATCH.value, choices=Deed.values)
    path = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)
    traffic = serializers.FloatField(required=False, default=None, allow_null=True, min_value=0, max_value=100)
    event = serializers.CharField(required=False, default="mlops-model-registered", max_length=100)
    branch = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class ReleaseTermFields(serializers.Serializer[Any]):
    is_enabled = serializers.BooleanField()


class Releases(APIView):
    @extend_schema(responses=list[dict[str, Any]])
    def get(self, request: Request, repository_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        return Response(_all_shaped(Release.objects.filter(repository=row)))

    @extend_schema(request=ReleaseFields, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        fields = ReleaseFields(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(_shaped(create_release(request.user, row, **fields.validated_data)), status=201)


class OneRelease(APIView):
    @extend_schema(request=ReleaseTermFields, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, repository_id: UUID, release_id: UUID) -> Response:
        """What happens while it is off begins nothing, also later."""
        found = queries.release_of(queries.by_id(request.user, repository_id), release_id)
        fields = ReleaseTermFields(data=request.data)
        fields.is_valid(raise_exception=True)
        set_enabled(request.user, found, is_enabled=fields.validated_data["is_enabled"])
        found.refresh_from_db()
        return Response(_shaped(found))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, repository_id: UUID, release_id: UUID) -> Response:
        found = queries.release_of(queries.by_id(request.user, repository_id), release_id)
        delete_release(request.user, found)
        return Response(status=204)


class CallAgain(APIView):
    @extend_schema(request=None, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID, release_id: UUID, call_id: int) -> Response:
        """Begins an ended call anew, at the newest commit."""
        found = queries.release_of(queries.by_id(request.user, repository_id), release_id)
        working.try_again(request.user, queries.call_of(found, call_id))
        return Response(_shaped(found), status=202)


def _shaped(release: Release) -> dict[str, Any]:
    return _all_shaped([release])[0]


def _all_shaped(releases: Iterable[Release]) -> list[dict[str, Any]]:
    """Each with its newest calls, which are asked for in one query."""
    found = list(releases)
    newest = ReleaseCall.objects.select_related("deployment__endpoint")[:MOST_CALLS]
    prefetch_related_objects(found, Prefetch("calls", newest, to_attr="newest_calls"))
    return [_with_calls(one, one.newest_calls) for one in found]  # type: ignore[attr-defined]


def _with_calls(release: Release, calls: Iterable[ReleaseCall]) -> dict[str, Any]:
    return {
        "id": str(release.pk),
        "name": release.name,
        "model": release.model,
        "tags": release.tags,
        "stage": release.stage,
        "git_tag": release.git_tag,
        "does": release.does,
        "path": release.path,
        "traffic": release.traffic,
        "event": release.event,
        "branch": release.branch,
        "is_enabled": release.is_enabled,
        "calls": [
            {
                "id": call.pk,
                "why": call.why,
                "commit": call.commit,
                "run": str(call.run_id) if call.run_id else None,
                "deployment": str(call.deployment) if call.deployment else None,
                "warnings": call.warnings,
                "git_tag": call.git_tag,
                "model": call.model,
                "version": call.version,
                "state": call.state,
                "reason": call.reason,
                "hint": call.hint,
                "state_since": call.state_since.isoformat(),
                "attempts": call.attempts,
                "reported": call.reported,
                "report_trouble": call.report_trouble,
            }
            for call in calls
        ],
    }
