"""REST: the logs, for administrators alone."""

from __future__ import annotations

import msgspec
from django.http import StreamingHttpResponse
from django.utils.text import get_valid_filename
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.administration.logs import asking, files, reading
from mlops.administration.system.report import require_sight

ASKED = [
    OpenApiParameter("level", str, description="this one and worse: DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    OpenApiParameter("q", str, description="a text in it"),
    OpenApiParameter("id", str, description="correlation id; of steps also a run's number, or number/node"),
    OpenApiParameter("since", str, description="15m, 2h, 1d or a time"),
    OpenApiParameter("until", str),
    OpenApiParameter("most", int, description="how many entries (200)"),
    OpenApiParameter("before", int, description="as the answer before told it: the older ones"),
]


class LogsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        require_sight(request.user)
        return Response({"results": msgspec.to_builtins(files.files()), "next": None, "previous": None})


class OneLogView(APIView):
    @extend_schema(parameters=ASKED, responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        """The last entries that are asked for, the oldest first. `steps`: the lines of all steps; `all`: by one id."""
        require_sight(request.user)
        return Response(msgspec.to_builtins(asking.found(name, asking.wanted(request.query_params))))


class LogDownloadView(APIView):
    @extend_schema(responses={200: bytes})
    def get(self, request: Request, name: str) -> StreamingHttpResponse:
        require_sight(request.user)
        return download(name)


def download(name: str) -> StreamingHttpResponse:
    """The whole file, with secrets taken out. Raises Refusal `not_found`."""
    path = files.path_of(name)
    answer = StreamingHttpResponse(reading.masked_lines(path), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{get_valid_filename(path.name)}"'
    return answer
