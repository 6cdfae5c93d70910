"""Who names a thing, the newest first, and what a holder names: by the index, whole rows only for what is shown."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from mlops.components.models import ComponentVersion
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Deployment
from mlops.lineage.models import Mention
from mlops.pipelines.models import PublishedPipeline
from mlops.retraining.models import Attempt
from mlops.runs.models import Run

HEAVY_RUN = ("spec", "document", "shapes", "snapshot", "source", "asked", "description")
HEAVY_PIPELINE = ("spec", "document", "job")


def light_runs() -> QuerySet[Run]:
    return Run.kept.defer(*HEAVY_RUN).select_related("project", "created_by")


def _rows(holder: str) -> QuerySet[Any]:
    found: dict[str, QuerySet[Any]] = {
        "run": light_runs(),
        "pipeline": PublishedPipeline.objects.defer(*HEAVY_PIPELINE).select_related("endpoint__project", "created_by"),
        "data": DatasetVersion.objects.defer("profile", "schema").select_related("dataset__project", "created_by"),
        "component": ComponentVersion.objects.defer("definition").select_related("component__project", "created_by"),
        "deployment": Deployment.objects.select_related("endpoint__project", "version__model", "created_by"),
        "attempt": Attempt.objects.defer("evidence").select_related("policy__project", "created_by"),
    }
    return found[holder]


class Naming:
    """Rows of one kind that name one of the targets; sliced as a list is, without reading what lies outside."""

    def __init__(self, holder: str, project: Any, *targets: str) -> None:
        self.holder = holder
        self.model: Any = Mention._meta.get_field(holder).related_model
        self._mentions = Mention.objects.filter(
            project=project, target__in=targets, **{f"{holder}__isnull": False}
        ).order_by("-at", "-pk")

    def count(self) -> int:
        return self._mentions.count()

    def __getitem__(self, part: slice) -> list[Any]:
        keys = list(dict.fromkeys(self._mentions.values_list(f"{self.holder}_id", flat=True)[part]))
        found = _rows(self.holder).in_bulk(keys) if keys else {}
        return [found[key] for key in keys if key in found]


def named_by(**holder: Any) -> list[str]:
    """The targets that one row names, such as `named_by(run=run)`."""
    return list(Mention.objects.filter(**holder).order_by("pk").values_list("target", flat=True))


def parted(targets: list[str]) -> dict[str, list[str]]:
    """By what stands before the slash."""
    found: dict[str, list[str]] = {}
    for target in targets:
        prefix, _slash, rest = target.partition("/")
        found.setdefault(prefix, []).append(rest)
    return found
