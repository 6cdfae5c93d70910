"""Windows of collected data that were saved as dataset versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mlops.access.models import Project
from mlops.collected.models import SavedWindow
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.kind import Fan, Kind, page


class Windows(Kind):
    prefix, title, model = "windows", "window", SavedWindow

    def name(self, row: SavedWindow) -> str:
        return f"windows/{row.pk}"

    def project_id(self, row: SavedWindow) -> Any:
        return row.endpoint.project_id

    def text(self, row: SavedWindow) -> str:
        start = f"{row.start:%Y-%m-%d %H:%M}" if row.start else "…"
        return f"{row.endpoint.name}, {start} to {row.end:%Y-%m-%d %H:%M}"

    def url(self, row: SavedWindow) -> str:
        return page("endpoint", row.endpoint_id)

    def upstream(self, row: SavedWindow) -> Iterable[Fan]:
        rows = Deployment.objects.filter(endpoint=row.endpoint_id)
        rows = rows.filter(name__in=row.deployments) if row.deployments else rows
        yield "answered by", rows.select_related("endpoint__project", "version__model", "created_by")

    def downstream(self, row: SavedWindow) -> Iterable[Fan]:
        if row.version_id:
            rows = DatasetVersion.objects.filter(pk=row.version_id).defer("profile", "schema")
            yield "saved as", rows.select_related("dataset__project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        try:
            key = UUID(rest)
        except ValueError:
            return None
        rows = SavedWindow.objects.filter(pk=key, endpoint__project__in=projects)
        return rows.select_related("endpoint__project").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = SavedWindow.objects.filter(endpoint__project__in=projects, endpoint__name__icontains=text)
        return rows.select_related("endpoint__project").order_by("-end")
