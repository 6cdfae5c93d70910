"""Model versions that were registered from a run keep it from being deleted."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.registry.models import ModelVersion
from mlops.runs import usage
from mlops.runs.models import Run


def register() -> None:
    usage.register(_versions)


def _versions(run: Run) -> Iterator[usage.Use]:
    for version in ModelVersion.objects.filter(run=run).select_related("model"):
        url = reverse("web:model-version", args=[version.model_id, version.number])
        yield usage.Use(title=_("model version %(version)s") % {"version": version}, url=url)
