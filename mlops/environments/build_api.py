"""REST: the build of a version, its log, and the difference of two locks."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.environments import ordering, queries
from mlops.environments.logs import read_log
from mlops.environments.models import EnvironmentVersion
from mlops.environments.pruning import prune
from mlops.environments.shapes import shaped_build, shaped_version
from mlops.formats.lock import differ
from mlops.formats.refusal import Refusal


class BuildOrder(serializers.Serializer[Any]):
    upgrade = serializers.BooleanField(
        required=False, default=False, help_text="choose the newest packages that fit, as a new version"
    )


class Build(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, asset_id: uuid.UUID, version: str) -> Response:
        """Its state, and every package: asked for and got."""
        return Response(shaped_build(queries.version_of(queries.environment(request.user, asset_id), version)))

    @extend_schema(request=BuildOrder, responses={202: dict})
    def post(self, request: Request, asset_id: uuid.UUID, version: str) -> Response:
        row = queries.version_of(queries.environment(request.user, asset_id), version)
        fields = BuildOrder(data=request.data)
        fields.is_valid(raise_exception=True)
        row = ordering.build(request.user, row, upgrade=fields.validated_data["upgrade"])
        return Response({**shaped_version(row), "build": shaped_build(row)}, status=202)


class Log(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, asset_id: uuid.UUID, version: str) -> Response:
        """`?after=`: what follows that many bytes."""
        row = queries.version_of(queries.environment(request.user, asset_id), version)
        after = request.query_params.get("after", "")
        text, end = read_log(row.key, after=int(after) if after.isdigit() else 0)
        build = queries.build_of(row)
        return Response({"text": text, "end": end, "state": build.state if build else ""})


class PruneOrder(serializers.Serializer[Any]):
    older_than_days = serializers.FloatField(required=False, default=30.0, min_value=0.0)
    dry_run = serializers.BooleanField(required=False, default=False)


class Prune(APIView):
    @extend_schema(request=PruneOrder, responses=dict)
    def post(self, request: Request) -> Response:
        """Removes built environments that nothing uses; their locks stay."""
        fields = PruneOrder(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        found = prune(request.user, older_than=timedelta(days=given["older_than_days"]), dry_run=given["dry_run"])
        return Response(
            {
                "dry_run": given["dry_run"],
                "bytes": sum(one.size_bytes for one in found),
                "results": [msgspec.to_builtins(one) for one in found],
            }
        )


class Difference(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, asset_id: uuid.UUID) -> Response:
        """`?a=&b=`: two versions of it, or `&other=` the id of another environment that `b` is of."""
        asset = queries.environment(request.user, asset_id)
        a, b, other = (request.query_params.get(name, "") for name in ("a", "b", "other"))
        try:
            second = queries.environment(request.user, uuid.UUID(other)) if other else asset
        except ValueError as error:
            raise Refusal(
                "not_found", _("“%(other)s” is no id of an environment.") % {"other": other}, status=404
            ) from error
        return Response(difference(queries.version_of(asset, a), queries.version_of(second, b)))


def difference(a: EnvironmentVersion, b: EnvironmentVersion) -> dict[str, Any]:
    """Of their locks. Raises Refusal `environment_unlocked`."""
    for one in (a, b):
        if not queries.lock_of(one):
            raise Refusal(
                "environment_unlocked",
                _("“%(one)s” has not been built: its packages are not known yet.") % {"one": one},
                hint=_("`mlops environment build` builds it."),
                status=409,
            )
    changes = differ(queries.lock_of(a), queries.lock_of(b))
    return {"a": str(a), "b": str(b), "changes": [msgspec.to_builtins(one) for one in changes]}
