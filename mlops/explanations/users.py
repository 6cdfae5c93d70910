"""Explanations keep the dataset version whose rows they explain, and their model version while they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin import uses as of_bin
from mlops.datasets import usage as of_datasets
from mlops.datasets.models import DatasetVersion
from mlops.explanations.models import Explanation, ExplanationState
from mlops.registry.models import ModelVersion


def of_dataset(version: DatasetVersion) -> Iterator[of_datasets.Use]:
    rows = Explanation.objects.filter(dataset=version, version__isnull=False).select_related("version__model")
    for one in rows:
        assert one.version is not None
        remedy = _("Delete that explanation first.")
        yield of_datasets.Use(kind=_("explanation of"), name=str(one.version), url=_page(one.version), remedy=remedy)


def of_model(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, of_bin.Use]]:
    known = {version.pk: version for version in versions}
    under_way = (ExplanationState.QUEUED, ExplanationState.RUNNING)
    for one in Explanation.objects.filter(version__in=list(known), state__in=under_way).only("pk", "version"):
        assert one.version_id is not None
        version = known[one.version_id]
        title = _("an explanation of version %(number)d that is being computed") % {"number": version.number}
        yield version, of_bin.Use(title=title, url=_page(version), remedy=_("Wait for its end, or cancel it."))


def _page(version: ModelVersion) -> str:
    return reverse("web:model-version", args=[version.model_id, version.number]) + "?tab=explanations"
