"""Model versions: made by runs from dataset versions; served by deployments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.batch.models import BatchJob
from mlops.deployments.queries import deployments_with
from mlops.lineage.kinds.kind import MOST_LINKS, Link, numbered, page
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of
from mlops.retraining.models import Attempt


class ModelVersions:
    prefix, title, model = "models", "model", ModelVersion

    def name(self, row: ModelVersion) -> str:
        return f"models/{row}"

    def text(self, row: ModelVersion) -> str:
        return str(row)

    def url(self, row: ModelVersion) -> str:
        return page("model-version", row.model_id, row.number)

    def upstream(self, row: ModelVersion) -> Iterable[Link]:
        if row.run is not None:
            yield "made by", row.run
        for linked in datasets_of(row):
            yield linked.relation, linked.dataset_version
        for attempt in Attempt.objects.filter(challenger=row, is_dry_run=False).select_related("policy")[:MOST_LINKS]:
            yield "retrained by", attempt

    def downstream(self, row: ModelVersion) -> Iterable[Link]:
        for deployment in deployments_with([row]):
            yield "served by", deployment
        for job in BatchJob.objects.filter(version=row, run__deleted_at=None).select_related("run")[:MOST_LINKS]:
            yield "scored", job.run

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = ModelVersion.objects.filter(model__project__in=projects, model__name=name)
        rows = rows.filter(number=number) if number is not None else rows
        return rows.select_related("model__project", "run", "created_by").order_by("-number").first()

    def known(self, projects: list[Project]) -> list[str]:
        rows = ModelVersion.objects.filter(model__project__in=projects).select_related("model")
        return [self.name(row) for row in rows.order_by("-created_at")[:MOST_LINKS]]
