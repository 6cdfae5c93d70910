"""Dataset versions: read from stores and addresses, saved from collected data or written by runs; read by runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.batch.models import BatchJob
from mlops.collected.models import SavedWindow
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.queries import page_url
from mlops.lineage.kinds.kind import MOST_FEW, Fan, Kind, numbered
from mlops.lineage.kinds.places import places_named
from mlops.lineage.mentions.asking import Naming, light_runs, named_by
from mlops.lineage.mentions.reading import plain_address
from mlops.monitoring.models import Monitor
from mlops.registry.models import ModelDataset, ModelVersion
from mlops.retraining.models import Attempt

LIGHT = DatasetVersion.objects.defer("profile", "schema").select_related("dataset__project", "created_by")


class DatasetVersions(Kind):
    prefix, title, model = "datasets", "dataset", DatasetVersion

    def name(self, row: DatasetVersion) -> str:
        return f"datasets/{row}"

    def project_id(self, row: DatasetVersion) -> Any:
        return row.dataset.project_id

    def url(self, row: DatasetVersion) -> str:
        return page_url(row.dataset)

    def facts(self, row: DatasetVersion) -> dict[str, str]:
        found = {
            _("Rows"): f"{row.row_count:,}" if row.row_count is not None else "",
            _("From"): plain_address(row.uri),
        }
        return found | {_("Content"): row.content[:16]}

    def upstream(self, row: DatasetVersion) -> Iterable[Fan]:
        targets = named_by(data=row)
        yield "read from", places_named(row.dataset.project, targets)
        yield "saved as", SavedWindow.objects.filter(version=row).select_related("endpoint__project")[:MOST_FEW]
        yield "written by", light_runs().filter(batch_of(output_version=row)).order_by("-created_at")
        made_by = [one.removeprefix("runs/") for one in targets if one.startswith("runs/")]
        if made_by:
            yield "written by", light_runs().filter(pk__in=made_by)

    def downstream(self, row: DatasetVersion) -> Iterable[Fan]:
        project = row.dataset.project_id
        yield "read by", Naming("run", project, f"datasets/{row}")
        yield "read by", Naming("pipeline", project, f"datasets/{row}")
        behind = ModelDataset.objects.filter(dataset_version=row).values("version")
        trained = ModelVersion.objects.filter(pk__in=behind).select_related("model__project", "created_by")
        yield "stands behind", trained.order_by("-created_at")
        attempts = Attempt.objects.filter(data=row).defer("evidence").select_related("policy__project", "created_by")
        yield "training data of", attempts
        yield "watched by", monitors_on(row)

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = DatasetVersion.objects.filter(dataset__project__in=projects, dataset__name=name)
        rows = rows.filter(number=number) if number is not None else rows.filter(state=VersionState.READY)
        return rows.select_related("dataset__project", "created_by").order_by("-number").first()

    def search(self, projects: list[Project], text: str) -> QuerySet[DatasetVersion]:
        rows = LIGHT.filter(dataset__project__in=projects, dataset__name__icontains=text)
        return rows.order_by("-created_at")


def batch_of(**of: Any) -> Q:
    """Runs of batch jobs."""
    return Q(pk__in=BatchJob.objects.filter(**of).values("run"))


def monitors_on(row: DatasetVersion) -> QuerySet[Monitor]:
    """That watch its dataset, or have it as their baseline."""
    baseline = Q(settings__baseline__kind="dataset", settings__baseline__dataset__in=[row.dataset.name, str(row)])
    rows = Monitor.objects.filter(baseline | Q(dataset=row.dataset_id), project=row.dataset.project_id)
    return rows.select_related("project", "created_by", "endpoint")[:MOST_FEW]
