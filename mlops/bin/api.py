"""The REST routes of the recycle bin, below /api/v1/bin/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.bin import emptying, shelves
from mlops.formats.refusal import Refusal

MOST = 500


class Asked(serializers.Serializer[Any]):
    """`cursor`: how many are left out before the first, as `next` tells it."""

    project = serializers.CharField()
    kind = serializers.CharField(required=False, default="", allow_blank=True)
    search = serializers.CharField(required=False, default="", allow_blank=True)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=MOST)
    cursor = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)


class ToRestore(serializers.Serializer[Any]):
    project = serializers.CharField()
    name = serializers.CharField(required=False, default="", allow_blank=True, help_text="another name than it had")


class ToPurge(serializers.Serializer[Any]):
    project = serializers.CharField()
    confirmed = serializers.CharField(help_text="what the list tells as `confirm`, typed again")
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class ToEmpty(serializers.Serializer[Any]):
    project = serializers.CharField()
    confirmed = serializers.CharField(required=False, default="", allow_blank=True, help_text="its short name")
    kind = serializers.CharField(required=False, default="", allow_blank=True)
    older_than_days = serializers.IntegerField(required=False, default=0, min_value=0, max_value=36_500)
    reason = serializers.CharField(required=False, default="", allow_blank=True)
    dry_run = serializers.BooleanField(required=False, default=False)


class Bin(APIView):
    """`?project=`: what lies in its recycle bin, the last deleted first; `kind` and `search` narrow it."""

    @extend_schema(parameters=[Asked], responses=dict)
    def get(self, request: Request) -> Response:
        asked = _checked(Asked, request.query_params)
        project = project_named(request.user, asked["project"])
        start, most = asked["cursor"], asked["limit"]
        items, more = shelves.found(project, kind=asked["kind"], search=asked["search"], start=start, most=most)
        counts = shelves.counted(project)
        following = str(start + most) if more else None
        return Response({"results": msgspec.to_builtins(items), "counts": counts, "next_cursor": following})


class Restore(APIView):
    @extend_schema(request=ToRestore, responses=dict)
    def post(self, request: Request, kind: str, bin_id: UUID) -> Response:
        values = _checked(ToRestore, request.data)
        project = project_named(request.user, values["project"])
        title = shelves.shelf_of(kind).restore(request.user, project, bin_id, values["name"])
        return Response({"kind": kind, "restored": title})


class Purge(APIView):
    """For good: its bytes go with the next collection of garbage, where nothing else holds them."""

    @extend_schema(request=ToPurge, responses=dict)
    def post(self, request: Request, kind: str, bin_id: UUID) -> Response:
        values = _checked(ToPurge, request.data)
        project = project_named(request.user, values["project"])
        shelves.shelf_of(kind).purge(request.user, project, bin_id, values["confirmed"], values["reason"])
        return Response({"kind": kind, "removed": str(bin_id)})


class Empty(APIView):
    """Everything in the bin, or all of a kind, for good. With `dry_run` it says what would go and come free."""

    @extend_schema(request=ToEmpty, responses=dict)
    def post(self, request: Request) -> Response:
        values = _checked(ToEmpty, request.data)
        project = project_named(request.user, values["project"])
        which = {"kind": values["kind"], "older_than_days": values["older_than_days"]}
        if values["dry_run"]:
            return Response({"dry_run": True, **msgspec.to_builtins(emptying.would_free(project, **which))})
        done = emptying.empty(request.user, project, confirmed=values["confirmed"], reason=values["reason"], **which)
        return Response({"dry_run": False, **msgspec.to_builtins(done)})


def _checked(shape: type[serializers.Serializer[Any]], given: Any) -> dict[str, Any]:
    if not hasattr(given, "get"):
        raise Refusal("invalid", _("The body must be an object."))
    reader = shape(data=given)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
