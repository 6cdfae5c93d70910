"""Reading conversions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from mlops.access.decisions import visible_projects
from mlops.packaging.models import Conversion, ConversionState, PipelinePackage
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


def visible_to(user: Any) -> QuerySet[Conversion]:
    return Conversion.objects.filter(version__model__project__in=visible_projects(user))


def conversions_of(version: ModelVersion) -> QuerySet[Conversion]:
    return Conversion.objects.filter(version=version).select_related("created_by")


def best_conversion(version: ModelVersion) -> Conversion | None:
    """The closest accepted one, else one under way, else the latest."""
    found = sorted(conversions_of(version)[:20], key=lambda one: one.tolerance)
    for states in ((ConversionState.ACCEPTED,), (ConversionState.RUNNING, ConversionState.QUEUED)):
        for conversion in found:
            if conversion.state in states:
                return conversion
    return max(found, key=lambda one: one.created_at, default=None)


def packages_of(run: Run) -> QuerySet[PipelinePackage]:
    """Newest first."""
    return PipelinePackage.objects.filter(run=run).select_related("version__model", "created_by")
