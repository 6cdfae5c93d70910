"""REST: weights of projects. Who reads a project sees its own; administrators see and set all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require, require_administrator
from mlops.access.models import Project
from mlops.compute.weights import MOST, USUAL, weigh, weight_of, weights


class WeightFields(serializers.Serializer[Any]):
    weight = serializers.IntegerField(
        min_value=USUAL, max_value=MOST, help_text="1 is usual; 3 is three times as much."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, help_text="Why, for the audit.")


class WeightLine(serializers.Serializer[Any]):
    project = serializers.CharField(help_text="Its short name.")
    weight = serializers.IntegerField(help_text="Its part of the workers beside that of others whose steps wait.")


class WeightList(serializers.Serializer[Any]):
    results = WeightLine(many=True)


class WeightsView(APIView):
    @extend_schema(responses={200: WeightList})
    def get(self, request: Request) -> Response:
        """Of every project, the largest first."""
        require_administrator(request.user, _("Only an administrator may see the weights of all projects."))
        known = weights()
        lines = [_told(one, known.get(one.pk, USUAL)) for one in Project.objects.all()]
        return Response({"results": sorted(lines, key=lambda one: (-one["weight"], one["project"]))})


class ProjectWeightView(APIView):
    @extend_schema(responses={200: WeightLine})
    def get(self, request: Request, slug: str) -> Response:
        project = project_named(request.user, slug)
        require(request.user, "read", project)
        return Response(_told(project, weight_of(project)))

    @extend_schema(request=WeightFields, responses={200: WeightLine})
    def put(self, request: Request, slug: str) -> Response:
        project = project_named(request.user, slug)
        reader = WeightFields(data=request.data)
        reader.is_valid(raise_exception=True)
        given = reader.validated_data
        return Response(_told(project, weigh(request.user, project, given["weight"], reason=given.get("reason", ""))))


def _told(project: Project, weight: int) -> dict[str, Any]:
    return {"project": project.slug, "weight": weight}
