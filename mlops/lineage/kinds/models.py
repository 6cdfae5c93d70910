"""Model versions: made by runs from dataset versions; approved, packed into images, served by deployments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from mlops.access.models import Project
from mlops.datasets.models import DatasetVersion
from mlops.deployments.model_users import serving_beside
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.datasets import batch_of
from mlops.lineage.kinds.kind import Fan, Kind, numbered, page
from mlops.lineage.mentions.asking import light_runs
from mlops.packaging.models import Image
from mlops.registry.models import ModelDataset, ModelVersion, Transition
from mlops.retraining.models import Attempt

LIGHT = ModelVersion.objects.select_related("model__project", "created_by")


class ModelVersions(Kind):
    prefix, title, model = "models", "model", ModelVersion

    def name(self, row: ModelVersion) -> str:
        return f"models/{row}"

    def project_id(self, row: ModelVersion) -> Any:
        return row.model.project_id

    def url(self, row: ModelVersion) -> str:
        return page("model-version", row.model_id, row.number)

    def state(self, row: ModelVersion) -> str:
        return "" if row.stage == "None" else row.stage

    def state_label(self, row: ModelVersion) -> str:
        return str(row.get_stage_display()) if self.state(row) else ""

    def facts(self, row: ModelVersion) -> dict[str, str]:
        numbers = {key: value for key, value in row.metrics.items() if isinstance(value, int | float)}
        told = dict(sorted(numbers.items())[:6])
        return {row.framework or row.algorithm: row.task} | {key: f"{value:.4g}" for key, value in told.items()}

    def upstream(self, row: ModelVersion) -> Iterable[Fan]:
        if row.run_id:
            yield "made by", light_runs().filter(pk=row.run_id)
        for relation, ids in _behind(row).items():
            rows = DatasetVersion.objects.filter(pk__in=ids).defer("profile", "schema")
            yield relation, rows.select_related("dataset__project", "created_by")
        attempts = Attempt.objects.filter(challenger=row, is_dry_run=False).defer("evidence")
        yield "retrained by", attempts.select_related("policy__project", "created_by")
        if row.parent_id:
            yield "made from", LIGHT.filter(pk=row.parent_id)

    def downstream(self, row: ModelVersion) -> Iterable[Fan]:
        beside = [one.pk for _version, one in serving_beside([row])]
        served = Deployment.objects.filter(Q(version=row) | Q(pk__in=beside)).select_related(
            "endpoint__project", "version__model", "created_by"
        )
        yield "served by", served.order_by("-created_at")
        yield "scored", light_runs().filter(batch_of(version=row)).order_by("-created_at")
        yield "packed as", Image.objects.filter(version=row).select_related("version__model__project", "created_by")
        asked = Transition.objects.filter(version=row).select_related("model__project", "version__model", "asked_by")
        yield "decided by", asked
        yield "made into", LIGHT.filter(parent=row).order_by("-created_at")
        compared = Attempt.objects.filter(champion=row).defer("evidence")
        yield "compared in", compared.select_related("policy__project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = LIGHT.filter(model__project__in=projects, model__name=name)
        return (rows.filter(number=number) if number is not None else rows).order_by("-number").first()

    def search(self, projects: list[Project], text: str) -> Any:
        return LIGHT.filter(model__project__in=projects, model__name__icontains=text).order_by("-created_at")


def _behind(row: ModelVersion) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for relation, data in ModelDataset.objects.filter(version=row).values_list("relation", "dataset_version"):
        found.setdefault(relation, []).append(data)
    return found
