"""The REST routes of the recycle bin, below /api/v1/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.paging import CursorPages
from mlops.formats.refusal import Refusal
from mlops.runs import queries
from mlops.runs.deletion import delete, in_bin, purge, restore
from mlops.runs.models import Run
from mlops.runs.remains import size_of


class Bin(APIView):
    """`?project=`: deleted runs that can be restored, the last deleted first."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        found = queries.with_deleted(request.user)
        if project := request.query_params.get("project", ""):
            found = found.filter(project__slug=project)
        pages = CursorPages()
        page = pages.paginate_queryset(in_bin(found), request, view=self)
        return pages.get_paginated_response([_told(run) for run in page or ()])


class RunDelete(APIView):
    """Into the recycle bin, with its child runs."""

    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, run_id: UUID) -> Response:
        run = _run(request, run_id)
        delete(request.user, run, reason=_given(request, "reason"))
        return Response(_told(run))


class RunRestore(APIView):
    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, run_id: UUID) -> Response:
        run = _run(request, run_id)
        restore(request.user, run)
        return Response(_told(run))


class RunPurge(APIView):
    """For good: `confirmed` is the run's number, typed again."""

    @extend_schema(request=dict, responses=dict)
    def post(self, request: Request, run_id: UUID) -> Response:
        run = _run(request, run_id)
        told = _told(run)
        purge(request.user, run, confirmed=_given(request, "confirmed"), reason=_given(request, "reason"))
        return Response(told)


def _given(request: Request, name: str) -> str:
    return str(request.data.get(name, "")) if isinstance(request.data, dict) else ""


def _run(request: Request, run_id: UUID) -> Run:
    found = queries.with_deleted(request.user).select_related("parent").filter(pk=run_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
    return found


def _told(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "number": run.number,
        "name": run.name,
        "display_name": run.display_name,
        "kind": run.kind,
        "experiment": run.experiment.name,
        "deleted_at": run.deleted_at,
        "bytes": size_of(run),
    }
