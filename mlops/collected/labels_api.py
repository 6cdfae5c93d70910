"""REST: labels of what an endpoint collected."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.parsing import PlainJson
from mlops.collected import labels, queries
from mlops.collected.answers import MOST_LISTED, page
from mlops.collected.models import LabelPost
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import visible_endpoint
from mlops.formats.refusal import Refusal, Where


class LabelPostView(serializers.ModelSerializer[LabelPost]):
    rows = serializers.IntegerField(source="row_count")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = LabelPost
        fields = ("id", "source", "rows", "columns", "unmatched", "examples", "created_at", "created_by")
        read_only_fields = fields


class FileParser(BaseParser):
    """A body that is a CSV or Parquet file."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class LabelsView(APIView):
    parser_classes = (PlainJson, MultiPartParser, FormParser, FileParser)

    @extend_schema(responses=LabelPostView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        rows = queries.label_posts(visible_endpoint(request.user, endpoint_id))[:MOST_LISTED]
        return Response(page(LabelPostView(rows, many=True).data))

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: LabelPostView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Rows as JSON (`[{"request_id": …, "LABEL": …}]`), a file (multipart field `file`, or the body itself as CSV
        or Parquet), or `{"dataset": "name:version", "request_id": COLUMN}`."""
        endpoint = visible_endpoint(request.user, endpoint_id)
        return Response(LabelPostView(_posted(request, endpoint)).data, status=status.HTTP_201_CREATED)


def _posted(request: Request, endpoint: Endpoint) -> LabelPost:
    kind = (request.content_type or "").partition(";")[0]
    if kind == "application/json":
        given = request.data
        if isinstance(given, dict) and "dataset" in given:
            names = {name: str(given.get(name) or "") for name in labels.FIXED}
            return labels.post_dataset(request.user, endpoint, dataset=str(given["dataset"]), names=names)
        return labels.post_rows(request.user, endpoint, rows=given)
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        file = request.FILES.get("file")
        if file is None:
            message = _("The form has no file.")
            raise Refusal(
                "file_missing", message, hint=_("Send it in the field `file`."), where=Where(parameter="file")
            )
        return labels.post_file(request.user, endpoint, source=cast(BinaryIO, file), file_name=str(file.name or ""))
    return labels.post_file(request.user, endpoint, source=cast(BinaryIO, request._request), file_name="labels")
