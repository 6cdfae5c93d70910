"""REST: whether some worker has what a step would ask for."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.compute.would_fit import would_fit
from mlops.formats.demand import Demand
from mlops.formats.labels import read_labels

MOST = 10_000


class Asked(serializers.Serializer[Any]):
    compute = serializers.CharField(required=False, default="", max_length=60, help_text="A pool.")
    cpus = serializers.FloatField(required=False, default=0.0, min_value=0, max_value=MOST, help_text="Processors.")
    memory_bytes = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**60, help_text="Memory that its machine must have."
    )
    gpus = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MOST, help_text="GPUs.")
    labels = serializers.CharField(
        required=False, default="", max_length=300, help_text="Labels of the worker, such as gpu,zone=a."
    )


class FitAnswer(serializers.Serializer[Any]):
    fits = serializers.BooleanField(help_text="Whether some worker that takes steps has all of it, busy or not.")
    workers = serializers.ListField(child=serializers.CharField(), help_text="Those that have it.")
    told = serializers.CharField(help_text="The same in words, or which demand nobody has and what workers there are.")
    hint = serializers.CharField(help_text="What to do.")
    url = serializers.CharField(help_text="The page of the workers.")


class FitView(APIView):
    @extend_schema(parameters=[Asked], responses={200: FitAnswer})
    def get(self, request: Request) -> Response:
        reader = Asked(data=request.query_params)
        reader.is_valid(raise_exception=True)
        given = dict(reader.validated_data)
        labels = read_labels(given.pop("labels"))
        return Response(msgspec.to_builtins(would_fit(Demand(labels=labels, **given))))
