"""Looks of monitors: an alarm of one may start a retraining."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.lineage.kinds.kind import MOST_LINKS, Link, numbered, page
from mlops.monitoring.models import Look
from mlops.retraining.models import Attempt


class Looks:
    prefix, title, model = "looks", "look", Look

    def name(self, row: Look) -> str:
        return f"looks/{row.monitor.name}:{row.number}"

    def text(self, row: Look) -> str:
        return f"{row.monitor.name} #{row.number}"

    def url(self, row: Look) -> str:
        url = page("monitor", row.monitor_id)
        return f"{url}?look={row.number}" if url else ""

    def upstream(self, row: Look) -> Iterable[Link]:
        yield "look of", row.monitor

    def downstream(self, row: Look) -> Iterable[Link]:
        for attempt in attempts_by(row):
            yield "triggered", attempt

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = Look.objects.filter(monitor__project__in=projects, monitor__name=name)
        rows = rows.filter(number=number) if number is not None else rows
        return rows.select_related("monitor__project", "created_by").order_by("-number").first()

    def known(self, projects: list[Project]) -> list[str]:
        rows = Look.objects.filter(monitor__project__in=projects).select_related("monitor")
        return [self.name(row) for row in rows[:MOST_LINKS]]


def attempts_by(look: Look) -> list[Attempt]:
    """Retrainings whose trigger names the look."""
    rows = Attempt.objects.filter(
        policy__project=look.monitor.project_id, trigger__monitor=look.monitor.name, trigger__look=str(look.number)
    )
    return list(rows.select_related("policy")[:MOST_LINKS])
