"""Published pipelines and their schedules: drawn or read from a file, they start runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mlops.access.models import Project
from mlops.lineage.kinds import starters
from mlops.lineage.kinds.code import code_named
from mlops.lineage.kinds.kind import Fan, Kind, numbered, page
from mlops.lineage.kinds.parts import components_named
from mlops.lineage.mentions.asking import HEAVY_PIPELINE, Naming, named_by
from mlops.lineage.naming import datasets_named
from mlops.pipelines.models import PublishedPipeline, Schedule

LIGHT = PublishedPipeline.objects.defer(*HEAVY_PIPELINE).select_related("endpoint__project", "created_by")


class Pipelines(Kind):
    prefix, title, model = "pipelines", "pipeline", PublishedPipeline

    def name(self, row: PublishedPipeline) -> str:
        return f"pipelines/{row}"

    def project_id(self, row: PublishedPipeline) -> Any:
        return row.endpoint.project_id

    def url(self, row: PublishedPipeline) -> str:
        return page("pipeline", row.endpoint_id)

    def upstream(self, row: PublishedPipeline) -> Iterable[Fan]:
        targets, project = named_by(pipeline=row), row.endpoint.project
        yield "published from", starters.named(project, targets)
        yield "reads", datasets_named(project, targets)
        yield "uses", components_named(project, targets)
        yield "code of", code_named(project, targets)

    def downstream(self, row: PublishedPipeline) -> Iterable[Fan]:
        address = f"pipeline-endpoints/{row.endpoint_id}@{row.number}"
        yield "started", Naming("run", row.endpoint.project_id, address)
        yield "called by", Schedule.objects.filter(version=row).select_related("project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = LIGHT.filter(endpoint__project__in=projects, endpoint__name=name)
        return (rows.filter(number=number) if number is not None else rows).order_by("-number").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = LIGHT.filter(endpoint__project__in=projects, endpoint__name__icontains=text)
        return rows.order_by("-created_at")


class Schedules(Kind):
    prefix, title, model = "schedules", "schedule", Schedule

    def name(self, row: Schedule) -> str:
        return f"schedules/{row.name}"

    def project_id(self, row: Schedule) -> Any:
        return row.project_id

    def url(self, row: Schedule) -> str:
        return page("schedule", row.pk)

    def upstream(self, row: Schedule) -> Iterable[Fan]:
        rows = LIGHT.filter(endpoint=row.endpoint_id)
        wanted = row.version_id or row.endpoint.default_id
        yield "calls", rows.filter(pk=wanted) if wanted else []

    def downstream(self, row: Schedule) -> Iterable[Fan]:
        yield "started", Naming("run", row.project_id, f"schedules/{row.pk}")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        rows = Schedule.objects.filter(project__in=projects, name=rest)
        return rows.select_related("project", "endpoint", "created_by").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Schedule.objects.filter(project__in=projects, name__icontains=text)
        return rows.select_related("project", "endpoint", "created_by").order_by("-created_at")


def _pipelines(project: Project, ids: list[str]) -> Iterable[Any]:
    for one in ids:
        endpoint, _at, number = one.partition("@")
        if number.isdecimal():
            yield from LIGHT.filter(endpoint__project=project, endpoint=UUID(endpoint), number=int(number))


def _schedules(project: Project, ids: list[str]) -> Iterable[Any]:
    return Schedule.objects.filter(project=project, pk__in=ids).select_related("project", "endpoint", "created_by")


starters.register("pipeline-endpoints", _pipelines)
starters.register("schedules", _schedules)
