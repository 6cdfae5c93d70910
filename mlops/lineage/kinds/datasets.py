"""Dataset versions: read from files, saved from collected data or written by batch jobs; read by runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.batch.models import BatchJob
from mlops.collected.models import SavedWindow
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.queries import page_url
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.lineage.kinds.kind import MOST_LINKS, Link, numbered
from mlops.monitoring.models import Monitor
from mlops.registry.queries import models_from
from mlops.retraining.models import Attempt
from mlops.runs.models import Run

MOST_RUNS_SEARCHED = 500


class DatasetVersions:
    prefix, title, model = "datasets", "dataset", DatasetVersion

    def name(self, row: DatasetVersion) -> str:
        return f"datasets/{row}"

    def text(self, row: DatasetVersion) -> str:
        return str(row)

    def url(self, row: DatasetVersion) -> str:
        return page_url(row.dataset)

    def upstream(self, row: DatasetVersion) -> Iterable[Link]:
        for window in SavedWindow.objects.filter(version=row).select_related("endpoint"):
            yield "saved as", window
        for job in BatchJob.objects.filter(output_version=row, run__deleted_at=None).select_related("run")[:MOST_LINKS]:
            yield "written by", job.run
        if made_by := row.origin.get("job", {}).get("id"):
            for run in Run.kept.filter(pk=made_by):
                yield "written by", run

    def downstream(self, row: DatasetVersion) -> Iterable[Link]:
        for run in runs_reading(row):
            yield "read by", run
        for version in models_from(row).select_related("model")[:MOST_LINKS]:
            if version.run_id is None:
                yield "trained", version
        for attempt in Attempt.objects.filter(data=row).select_related("policy")[:MOST_LINKS]:
            yield "training data of", attempt
        for monitor in monitors_on(row):
            yield "watched by", monitor

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = DatasetVersion.objects.filter(dataset__project__in=projects, dataset__name=name)
        rows = rows.filter(number=number) if number is not None else rows.filter(state=VersionState.READY)
        return rows.select_related("dataset__project", "created_by").order_by("-number").first()

    def known(self, projects: list[Project]) -> list[str]:
        rows = DatasetVersion.objects.filter(dataset__project__in=projects).select_related("dataset")
        return [self.name(row) for row in rows.order_by("-created_at")[:MOST_LINKS]]


def runs_reading(row: DatasetVersion) -> list[Run]:
    """The newest runs whose graph names the version. Graphs are JSON: the newest 500 of the project are searched."""
    project = row.dataset.project_id
    found = []
    for run in Run.kept.filter(project=project).order_by("-created_at")[:MOST_RUNS_SEARCHED]:
        if any(_names(node, row) for node in run.spec.get("nodes", [])):
            found.append(run)
        if len(found) == MOST_LINKS:
            break
    return found


def monitors_on(row: DatasetVersion) -> list[Monitor]:
    """That watch its dataset, or have it as their baseline."""
    found = []
    for monitor in Monitor.objects.filter(project=row.dataset.project_id):
        settings = monitor.wanted
        baseline = settings.baseline
        is_baseline = baseline.kind == "dataset" and baseline.dataset in (row.dataset.name, str(row))
        if monitor.dataset_id == row.dataset_id or is_baseline:
            found.append(monitor)
    return found


def _names(node: dict[str, Any], row: DatasetVersion) -> bool:
    given = node.get("parameters", {})
    return (
        node.get("component") == DATASET_COMPONENT
        and given.get("dataset") == row.dataset.name
        and given.get("version") == row.number
    )
