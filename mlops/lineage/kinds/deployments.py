"""Deployments: they serve a model version; what they answer is collected and watched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.collected.models import SavedWindow
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.kind import MOST_LINKS, Link, page
from mlops.monitoring.models import Monitor


class Deployments:
    prefix, title, model = "deployments", "deployment", Deployment

    def name(self, row: Deployment) -> str:
        return f"deployments/{row}"

    def text(self, row: Deployment) -> str:
        return str(row)

    def url(self, row: Deployment) -> str:
        return page("endpoint", row.endpoint_id)

    def upstream(self, row: Deployment) -> Iterable[Link]:
        yield "serves", row.version

    def downstream(self, row: Deployment) -> Iterable[Link]:
        for window in SavedWindow.objects.filter(endpoint=row.endpoint_id).select_related("endpoint")[:MOST_LINKS]:
            if not window.deployments or row.name in window.deployments:
                yield "collected as", window
        for monitor in Monitor.objects.filter(endpoint=row.endpoint_id)[:MOST_LINKS]:
            if monitor.wanted.target.deployment in ("", row.name):
                yield "watched by", monitor

    def find(self, projects: list[Project], rest: str) -> Any | None:
        endpoint, _slash, name = rest.partition("/")
        rows = Deployment.objects.filter(endpoint__project__in=projects, endpoint__name=endpoint, name=name)
        return rows.select_related("endpoint__project", "version__model", "created_by").first()

    def known(self, projects: list[Project]) -> list[str]:
        rows = Deployment.objects.filter(endpoint__project__in=projects).select_related("endpoint")
        return [self.name(row) for row in rows.order_by("-created_at")[:MOST_LINKS]]
