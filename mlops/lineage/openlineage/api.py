"""REST: runs as OpenLineage events, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from mlops.access.decisions import project_named, visible_projects
from mlops.formats.refusal import Refusal
from mlops.lineage.openlineage.events import of_run
from mlops.lineage.serving.instant import instant_in
from mlops.runs.models import Run

LINES = {(200, "application/x-ndjson"): OpenApiTypes.STR}


class RunEvents(APIView):
    @extend_schema(responses=LINES)
    def get(self, request: Request, run_id: UUID) -> StreamingHttpResponse:
        """A run's begin and end as OpenLineage run events, one a line."""
        run = _runs(Run.kept.filter(pk=run_id, project__in=visible_projects(request.user))).first()
        if run is None:
            raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
        return _lines(iter([run]), f"run-{run.number}")


class ProjectEvents(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("project", str, required=True, description="The project's short name."),
            OpenApiParameter("start", str, description="Runs that were made from then on, such as `2026-11-01`."),
            OpenApiParameter("end", str, description="And before then."),
        ],
        responses=LINES,
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """All runs of a project as OpenLineage run events, the oldest first, one a line."""
        asked = request.query_params
        project = project_named(request.user, asked.get("project", ""))
        rows = Run.kept.filter(project=project, created_at__lt=instant_in(asked.get("end", "")))
        if asked.get("start"):
            rows = rows.filter(created_at__gte=instant_in(asked["start"]))
        return _lines(_runs(rows).order_by("created_at").iterator(chunk_size=100), f"{project.slug}-openlineage")


def _runs(rows: QuerySet[Run]) -> QuerySet[Run]:
    light = rows.defer("spec", "document", "shapes", "source", "asked")
    return light.select_related("project", "experiment", "parent__experiment")


def _lines(runs: Iterator[Run], name: str) -> StreamingHttpResponse:
    content = (msgspec.json.encode(event) + b"\n" for run in runs for event in of_run(run))
    headers = {"Content-Disposition": f'attachment; filename="{name}.jsonl"'}
    return StreamingHttpResponse(content, content_type="application/x-ndjson", headers=headers)
