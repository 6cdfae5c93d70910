"""REST: the sample pipelines."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import api, samples


class SampleFields(serializers.Serializer[Any]):
    project = serializers.SlugField()
    key = serializers.SlugField()


class Samples(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        """All of them, each with what this installation lacks to run it."""
        rows = [
            {
                "key": one.key,
                "name": str(one.name),
                "description": str(one.description),
                "datasets": sorted(one.datasets()),
                "lacks": list(one.lacks()),
            }
            for one in samples.SAMPLES
        ]
        return Response({"results": rows})

    @extend_schema(request=SampleFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        """Opens a copy in the project; its datasets are imported in the background."""
        fields = SampleFields(data=request.data)
        fields.is_valid(raise_exception=True)
        project = api.project_named(request.user, fields.validated_data["project"])
        draft = samples.open_sample(request.user, project, key=fields.validated_data["key"])
        url = reverse("designer:draft", args=[draft.pk])
        return Response({"id": str(draft.pk), "name": draft.name, "url": url}, status=201)
