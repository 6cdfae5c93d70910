"""Model versions that were registered from a run keep it from being deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.registry.models import ModelVersion
from mlops.runs import usage
from mlops.runs.models import Run


def register() -> None:
    usage.register(_versions)


def _versions(runs: Sequence[Run]) -> Iterator[tuple[UUID, usage.Use]]:
    for version in ModelVersion.objects.filter(run__in=[run.pk for run in runs]).select_related("model"):
        url = reverse("web:model-version", args=[version.model_id, version.number])
        assert version.run_id is not None
        yield version.run_id, usage.Use(title=_("model version %(version)s") % {"version": version}, url=url)
