"""Runs: they read dataset versions and make models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.batch.models import BatchJob
from mlops.lineage.kinds.kind import MOST_LINKS, Link, page
from mlops.lineage.upstream import run_datasets
from mlops.registry.models import ModelVersion
from mlops.retraining.models import Attempt
from mlops.runs.models import Run


class Runs:
    prefix, title, model = "runs", "run", Run

    def name(self, row: Run) -> str:
        return f"runs/{row.number}"

    def text(self, row: Run) -> str:
        return f"#{row.number} {row.display_name}"

    def url(self, row: Run) -> str:
        return page("run", row.pk)

    def upstream(self, row: Run) -> Iterable[Link]:
        for version in run_datasets(row):
            yield "read", version
        for job in BatchJob.objects.filter(run=row, version__isnull=False).select_related("version__model"):
            if job.version is not None:
                yield "scored with", job.version
        for attempt in Attempt.objects.filter(run=row).select_related("policy")[:MOST_LINKS]:
            yield "started by", attempt

    def downstream(self, row: Run) -> Iterable[Link]:
        for version in ModelVersion.objects.filter(run=row).select_related("model")[:MOST_LINKS]:
            yield "made", version
        for job in BatchJob.objects.filter(run=row, output_version__isnull=False).select_related(
            "output_version__dataset"
        ):
            if job.output_version is not None:
                yield "wrote", job.output_version

    def find(self, projects: list[Project], rest: str) -> Any | None:
        if not rest.isdecimal():
            return None
        return Run.kept.filter(project__in=projects, number=int(rest)).select_related("project").first()

    def known(self, projects: list[Project]) -> list[str]:
        return [self.name(row) for row in Run.kept.filter(project__in=projects)[:MOST_LINKS]]
