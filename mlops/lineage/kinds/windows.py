"""Windows of collected data that were saved as dataset versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mlops.access.models import Project
from mlops.collected.models import SavedWindow
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.kind import MOST_LINKS, Link, page


class Windows:
    prefix, title, model = "windows", "window", SavedWindow

    def name(self, row: SavedWindow) -> str:
        return f"windows/{row.pk}"

    def text(self, row: SavedWindow) -> str:
        start = f"{row.start:%Y-%m-%d %H:%M}" if row.start else "…"
        return f"{row.endpoint.name}, {start} to {row.end:%Y-%m-%d %H:%M}"

    def url(self, row: SavedWindow) -> str:
        return page("endpoint", row.endpoint_id)

    def upstream(self, row: SavedWindow) -> Iterable[Link]:
        rows = Deployment.objects.filter(endpoint=row.endpoint_id).select_related("endpoint", "version__model")
        if row.deployments:
            rows = rows.filter(name__in=row.deployments)
        for deployment in rows:
            yield "answered by", deployment

    def downstream(self, row: SavedWindow) -> Iterable[Link]:
        if row.version is not None:
            yield "saved as", row.version

    def find(self, projects: list[Project], rest: str) -> Any | None:
        try:
            key = UUID(rest)
        except ValueError:
            return None
        return SavedWindow.objects.filter(pk=key, endpoint__project__in=projects).select_related("endpoint").first()

    def known(self, projects: list[Project]) -> list[str]:
        rows = SavedWindow.objects.filter(endpoint__project__in=projects)
        return [self.name(row) for row in rows[:MOST_LINKS]]
