"""REST: container images of a model version."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.parsing import PlainJson
from mlops.blobs.trees import keep_stream
from mlops.packaging import image_actions, image_files, queries
from mlops.packaging.image_logs import read_log
from mlops.registry.queries import visible_version


class NewImage(serializers.Serializer[Any]):
    entry = serializers.CharField(required=False, allow_blank=True, help_text="onnx, native or script")
    script = serializers.CharField(required=False, allow_blank=True, help_text="the entry script's text")
    base = serializers.CharField(required=False, allow_blank=True, help_text="an image's name; else this machine's")
    build_context = serializers.FileField(required=False, help_text="a tar with a Dockerfile that makes the base")
    tag = serializers.CharField(required=False, allow_blank=True, help_text="give it to the engine under this name")
    push = serializers.CharField(required=False, allow_blank=True, help_text="registry/repository:tag")


class LayerView(serializers.Serializer[Any]):
    what = serializers.CharField()
    digest = serializers.CharField()
    size_bytes = serializers.IntegerField()


class ImageView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.CharField(help_text="name:number")
    entry = serializers.CharField()
    base = serializers.CharField()
    tag = serializers.CharField()
    push = serializers.CharField(source="push_to")
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    key = serializers.CharField(help_text="of the content: equal keys are one image")
    reference = serializers.CharField()
    image_id = serializers.CharField(help_text="what an engine calls its id")
    digest = serializers.CharField(help_text="of its manifest")
    size_bytes = serializers.IntegerField()
    layers = LayerView(many=True)
    created_at = serializers.DateTimeField()


class ImagesView(APIView):
    parser_classes = (PlainJson, MultiPartParser, FormParser)

    @extend_schema(responses=ImageView(many=True))
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        return Response({"results": ImageView(queries.images_of(version), many=True).data})

    @extend_schema(request=NewImage, responses={200: ImageView, 201: ImageView})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        wanted = NewImage(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = {name: value for name, value in wanted.validated_data.items() if value}
        script, context = given.pop("script", ""), given.pop("build_context", None)
        image = image_actions.package(
            request.user,
            version,
            script=keep_stream(io.BytesIO(script.encode())) if script else None,
            context=keep_stream(context) if context is not None else None,
            push_to=given.pop("push", ""),
            **given,
        )
        code = status.HTTP_200_OK if image.is_final else status.HTTP_201_CREATED
        return Response(ImageView(image).data, status=code)


class OneImageView(APIView):
    @extend_schema(responses=ImageView)
    def get(self, request: Request, image_id: uuid.UUID) -> Response:
        return Response(ImageView(queries.visible_image(request.user, image_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, image_id: uuid.UUID) -> Response:
        image_actions.delete(request.user, queries.visible_image(request.user, image_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelImageView(APIView):
    @extend_schema(request=None, responses=ImageView)
    def post(self, request: Request, image_id: uuid.UUID) -> Response:
        found = queries.visible_image(request.user, image_id)
        return Response(ImageView(image_actions.cancel(request.user, found)).data)


class ImageLogView(APIView):
    """What the build said. Where to go on reading is `X-Next-Offset` of the answer, and `next` with `form=json`."""

    @extend_schema(
        parameters=[OpenApiParameter("offset", int), OpenApiParameter("form", str)],
        responses={(200, "text/plain"): OpenApiTypes.STR, (200, "application/json"): dict},
    )
    def get(self, request: Request, image_id: uuid.UUID) -> HttpResponse | Response:
        found = queries.visible_image(request.user, image_id)
        offset = request.query_params.get("offset", "0")
        text, following = read_log(found.pk, offset=int(offset) if offset.isdecimal() else 0)
        if request.query_params.get("form") == "json":
            return Response({"text": text, "next": following})
        headers = {"X-Next-Offset": str(following)}
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


class ImageArchiveView(APIView):
    @extend_schema(responses={(200, "application/x-tar"): OpenApiTypes.BINARY})
    def get(self, request: Request, image_id: uuid.UUID) -> StreamingHttpResponse:
        return image_files.archive_answer(request, queries.visible_image(request.user, image_id))


class ImageContextView(APIView):
    @extend_schema(responses={(200, "application/gzip"): OpenApiTypes.BINARY})
    def get(self, request: Request, image_id: uuid.UUID) -> StreamingHttpResponse:
        return image_files.context_answer(request, queries.visible_image(request.user, image_id))


class ImageMaterialsView(APIView):
    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, image_id: uuid.UUID) -> Response:
        return Response(image_files.materials(queries.visible_image(request.user, image_id)))
