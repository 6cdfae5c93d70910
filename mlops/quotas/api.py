"""REST: quotas. Who reads a project sees its own; administrators see and set all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.access.models import Project
from mlops.formats.refusal import Refusal
from mlops.quotas import actions, queries


class QuotasView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """What holds for all (`defaults`; null: no limit), and each project, the nearest to a limit first."""
        projects = [_told(project, lines) for project, lines in queries.all_lines(request.user)]
        return Response({"defaults": queries.defaults(), "projects": projects})

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request) -> Response:
        """For projects without quotas of their own: of each kind a whole number or `unlimited`."""
        actions.set_quotas(request.user, None, given_in(request))
        return self.get(request)


class ProjectQuotasView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, slug: str) -> Response:
        project = project_named(request.user, slug)
        require(request.user, "read", project)
        return Response(_told(project, queries.lines_of(project)))

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request, slug: str) -> Response:
        """Of each kind a whole number, `unlimited`, or `default`: as all others."""
        actions.set_quotas(request.user, project_named(request.user, slug), given_in(request))
        return self.get(request, slug)


def given_in(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict) or not request.data:
        message = _("Say the quotas as a JSON object with at least one kind.")
        raise Refusal("quota_invalid", message, status=422)
    return {str(kind): value for kind, value in request.data.items()}


def _told(project: Project, lines: list[queries.Line]) -> dict[str, Any]:
    return {
        "project": project.slug,
        "quotas": {one.kind: {"used": one.used, "most": one.most, "is_own": one.is_own} for one in lines},
    }
