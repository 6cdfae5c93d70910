"""REST: workers and pools. Everybody who is signed in sees them; administrators change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.compute import actions, queries
from mlops.compute.shaping import pool_line, worker_line
from mlops.formats.refusal import Refusal
from mlops.work.models import Worker

Act = Callable[..., None]


class PoolFields(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, max_length=60)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    labels = serializers.JSONField(required=False)
    """A mapping, or text such as `gpu,zone=a`."""
    least = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    most = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10_000)


class WorkersView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        results = [worker_line(one) for one in queries.workers()]
        return Response({"results": results, "next": None, "previous": None})


class OneWorkerView(APIView):
    """By name or number."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, worker: str) -> Response:
        return Response(worker_line(queries.worker_named(worker)))


class WorkerActView(APIView):
    act: str = ""
    acts: dict[str, Act] = {"drain": actions.drain, "resume": actions.resume, "remove": actions.remove}

    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, worker: str) -> Response:
        found: Worker = queries.worker_named(worker)
        self.acts[self.act](request.user, found, reason=request.headers.get("X-Reason", ""))
        return Response(worker_line(found))


class PoolsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        workers = queries.taking()
        results = [pool_line(one, workers) for one in queries.pools().values()]
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(request=PoolFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        given = _checked(request)
        pool = actions.create_pool(request.user, name=given.pop("name", ""), **given)
        return Response(pool_line(pool, queries.taking()), status=status.HTTP_201_CREATED)


class OnePoolView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, pool: str) -> Response:
        return Response(pool_line(queries.pool_named(pool), queries.taking()))

    @extend_schema(request=PoolFields, responses={200: dict})
    def patch(self, request: Request, pool: str) -> Response:
        changed = actions.update_pool(request.user, queries.pool_named(pool), **_checked(request))
        return Response(pool_line(changed, queries.taking()))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pool: str) -> Response:
        actions.delete_pool(request.user, queries.pool_named(pool))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _checked(request: Request) -> dict[str, Any]:
    reader = PoolFields(data=request.data)
    reader.is_valid(raise_exception=True)
    given: dict[str, Any] = reader.validated_data
    labels = given.get("labels", {})
    if not isinstance(labels, str):
        texts = labels.values() if isinstance(labels, dict) else [None]
        if not all(isinstance(one, str) for one in texts):
            hint = _("Write NAME or NAME=VALUE, separated by commas, such as gpu,zone=a.")
            raise Refusal("label_invalid", _("Labels are names with texts."), hint=hint, status=422)
    return given
