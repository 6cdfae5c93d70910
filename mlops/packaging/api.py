"""REST: conversions of a model version, and packages of an inference pipeline's run."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.packaging import actions, queries
from mlops.packaging.models import Conversion, PipelinePackage
from mlops.registry.queries import visible_version
from mlops.runs.queries import run as visible_run


class NewConversion(serializers.Serializer[Any]):
    tolerance = serializers.FloatField(default=actions.TOLERANCE)
    kind = serializers.CharField(default="onnx", help_text="onnx, optimised, int8 or float16")
    dataset = serializers.CharField(default="", allow_blank=True, help_text="name or name:version: rows to compare on")


class ConversionView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.CharField(help_text="name:number")
    kind = serializers.CharField()
    tolerance = serializers.FloatField()
    dataset = serializers.SerializerMethodField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    certificate = serializers.JSONField()
    created_at = serializers.DateTimeField()

    def get_dataset(self, conversion: Conversion) -> str | None:
        rows = conversion.reference
        return None if rows is None else f"{rows.dataset.name}:{rows.number}"


class ConversionsView(APIView):
    @extend_schema(responses=ConversionView(many=True))
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        return Response({"results": ConversionView(queries.conversions_of(version), many=True).data})

    @extend_schema(request=NewConversion, responses={200: ConversionView, 201: ConversionView})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        wanted = NewConversion(data=request.data)
        wanted.is_valid(raise_exception=True)
        conversion: Conversion = actions.convert(request.user, version, **wanted.validated_data)
        code = status.HTTP_200_OK if conversion.is_final else status.HTTP_201_CREATED
        return Response(ConversionView(conversion).data, status=code)


class NewPackage(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, help_text="The model that gets a new version.")


class PackageView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    report = serializers.JSONField()
    version = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_version(self, package: PipelinePackage) -> dict[str, Any] | None:
        if package.version is None:
            return None
        of = package.version
        deploy = reverse("web:deploy") + f"?version={of.pk}"
        return {"model": str(of.model_id), "name": of.model.name, "number": of.number, "deploy_url": deploy}


class PackagesView(APIView):
    @extend_schema(responses=PackageView(many=True))
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        packages = queries.packages_of(visible_run(request.user, run_id))
        return Response({"results": PackageView(packages, many=True).data})

    @extend_schema(request=NewPackage, responses={200: PackageView, 201: PackageView})
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        wanted = NewPackage(data=request.data)
        wanted.is_valid(raise_exception=True)
        run = visible_run(request.user, run_id)
        package = actions.package_pipeline(request.user, run, name=wanted.validated_data["name"])
        code = status.HTTP_200_OK if package.is_final else status.HTTP_201_CREATED
        return Response(PackageView(package).data, status=code)
