"""Monitors: they watch deployments or datasets against a baseline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.kind import MOST_LINKS, Link, page
from mlops.lineage.upstream import monitor_datasets
from mlops.monitoring.models import Look, LookState, Monitor

MOST_LOOKS = 3


class Monitors:
    prefix, title, model = "monitors", "monitor", Monitor

    def name(self, row: Monitor) -> str:
        return f"monitors/{row.name}"

    def text(self, row: Monitor) -> str:
        return row.name

    def url(self, row: Monitor) -> str:
        return page("monitor", row.pk)

    def upstream(self, row: Monitor) -> Iterable[Link]:
        for version in monitor_datasets(row):
            yield "compares", version
        if row.endpoint_id is not None:
            rows = Deployment.objects.filter(endpoint=row.endpoint_id).select_related("endpoint", "version__model")
            wanted = row.wanted.target.deployment
            for deployment in rows.filter(name=wanted) if wanted else rows:
                yield "watches", deployment

    def downstream(self, row: Monitor) -> Iterable[Link]:
        """The newest looks."""
        looks = Look.objects.filter(monitor=row, state=LookState.COMPLETED).select_related("monitor__project")
        for look in looks[:MOST_LOOKS]:
            yield "looked", look

    def find(self, projects: list[Project], rest: str) -> Any | None:
        return Monitor.objects.filter(project__in=projects, name=rest).select_related("project", "created_by").first()

    def known(self, projects: list[Project]) -> list[str]:
        return [self.name(row) for row in Monitor.objects.filter(project__in=projects)[:MOST_LINKS]]
