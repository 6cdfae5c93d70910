"""Monitors and their looks: they watch deployments or datasets; an alarm of a look may start a retraining."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.kind import Fan, Kind, numbered, page
from mlops.lineage.mentions.asking import Naming
from mlops.lineage.upstream import monitor_datasets
from mlops.monitoring.models import Look, LookState, Monitor


class Monitors(Kind):
    prefix, title, model = "monitors", "monitor", Monitor

    def name(self, row: Monitor) -> str:
        return f"monitors/{row.name}"

    def project_id(self, row: Monitor) -> Any:
        return row.project_id

    def text(self, row: Monitor) -> str:
        return row.name

    def url(self, row: Monitor) -> str:
        return page("monitor", row.pk)

    def facts(self, row: Monitor) -> dict[str, str]:
        return {_("Why"): row.reason}

    def upstream(self, row: Monitor) -> Iterable[Fan]:
        yield "compares", monitor_datasets(row)
        if row.endpoint_id is not None:
            rows = Deployment.objects.filter(endpoint=row.endpoint_id)
            wanted = row.wanted.target.deployment
            rows = rows.filter(name=wanted) if wanted else rows
            yield "watches", rows.select_related("endpoint__project", "version__model", "created_by")

    def downstream(self, row: Monitor) -> Iterable[Fan]:
        looks = Look.objects.filter(monitor=row, state=LookState.COMPLETED)
        yield "looked", looks.defer("summary").select_related("monitor__project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        rows = Monitor.objects.filter(project__in=projects, name=rest)
        return rows.select_related("project", "created_by", "endpoint", "dataset").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Monitor.objects.filter(project__in=projects, name__icontains=text)
        return rows.select_related("project", "created_by", "endpoint", "dataset").order_by("-created_at")


class Looks(Kind):
    prefix, title, model = "looks", "look", Look

    def name(self, row: Look) -> str:
        return f"looks/{row.monitor.name}:{row.number}"

    def project_id(self, row: Look) -> Any:
        return row.monitor.project_id

    def text(self, row: Look) -> str:
        return f"{row.monitor.name} #{row.number}"

    def url(self, row: Look) -> str:
        url = page("monitor", row.monitor_id)
        return f"{url}?look={row.number}" if url else ""

    def state(self, row: Look) -> str:
        return "alarm" if row.is_alarm else str(row.state)

    def state_label(self, row: Look) -> str:
        return _("Alarm") if row.is_alarm else str(row.get_state_display())

    def at(self, row: Look) -> Any:
        return row.end

    def upstream(self, row: Look) -> Iterable[Fan]:
        yield "look of", Monitor.objects.filter(pk=row.monitor_id).select_related("project", "created_by", "endpoint")

    def downstream(self, row: Look) -> Iterable[Fan]:
        yield "triggered", Naming("attempt", row.monitor.project_id, self.name(row))

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = Look.objects.filter(monitor__project__in=projects, monitor__name=name)
        rows = rows.filter(number=number) if number is not None else rows
        return rows.select_related("monitor__project", "created_by").order_by("-number").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Look.objects.filter(monitor__project__in=projects, monitor__name__icontains=text).defer("summary")
        return rows.select_related("monitor__project", "created_by")
