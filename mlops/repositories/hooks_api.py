"""The public door of webhooks: one address for each repository, opened by a signature."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.repositories.hooks import receive, signature_wrong
from mlops.repositories.models import Repository


class _Unread(BaseParser):
    """The body is signed as it came, so nothing parses it before."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class HookView(APIView):
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    parser_classes = [_Unread]

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT}, auth=[])
    def post(self, request: Request, repository_id: UUID) -> Response:
        """Calls of GitHub (`X-Hub-Signature-256`), GitLab (`X-Gitlab-Token`) and Gitea (`X-Gitea-Signature`)."""
        body = request._request.body
        row = Repository.objects.select_related("project").filter(pk=repository_id).first()
        if row is None:
            raise signature_wrong()
        headers = {name.lower(): value for name, value in request.headers.items()}
        came = receive(row, headers, body)
        told = {"outcome": came.outcome, "push": str(came.push.pk) if came.push else None}
        return Response(told, status=202 if came.is_begun else 200)
