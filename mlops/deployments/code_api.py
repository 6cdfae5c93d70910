"""REST: the code folders of entry scripts."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.deployments import queries
from mlops.deployments.code import keep_code, listed
from mlops.deployments.models import CodeFolder
from mlops.formats.refusal import Refusal

MOST_LISTED = 50


class NewCode(serializers.Serializer[Any]):
    """A multipart form with `files` (zips are unpacked; `paths` where they lie in folders), or JSON with `files` as
    an object of path and text. `script`: the entry script's path; default score.py."""

    files = serializers.DictField(child=serializers.CharField(trim_whitespace=False), required=False)
    script = serializers.CharField(required=False, allow_blank=True, default="")


class CodeView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The newest code folders of the endpoint's project."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        rows = CodeFolder.objects.filter(project=endpoint.project).select_related("tree").order_by("-created_at")
        return Response({"results": [code_view(row) for row in rows[:MOST_LISTED]], "next": None, "previous": None})

    @extend_schema(request=NewCode, responses={201: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Keeps the files; a deployment names them by the answer's `id` as its `code`."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        given, script = _given(request)
        if not given:
            hint = _("Send `files` as a multipart form (a zip, or files with `paths`), or as {path: text}.")
            raise Refusal("code_without_files", _("No file came with the request."), hint=hint)
        code = keep_code(request.user, endpoint.project, given, script=script)
        return Response({**code_view(code), "files": listed(code)}, status=201)


def code_view(code: CodeFolder) -> dict[str, Any]:
    return {
        "id": code.pk,
        "script": code.script,
        "digest": code.tree_id,
        "file_count": code.tree.file_count,
        "size_bytes": code.tree.size_bytes,
        "created_at": code.created_at,
    }


def _given(request: Request) -> tuple[list[tuple[str, Any]], str]:
    """The files with their paths, and the entry script's path."""
    form: Any = request.data
    uploads = request.FILES.getlist("files")
    if uploads:
        paths = form.getlist("paths")
        named = [
            (paths[place] if place < len(paths) and paths[place] else str(upload.name), upload)
            for place, upload in enumerate(uploads)
        ]
        return named, str(form.get("script", ""))
    reader = NewCode(data=form)
    reader.is_valid(raise_exception=True)
    files = reader.validated_data.get("files") or {}
    return [(str(name), io.BytesIO(text.encode())) for name, text in files.items()], reader.validated_data["script"]
