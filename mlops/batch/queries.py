"""Reading batch endpoints, deployments and jobs, and how far a job is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.batch.models import BatchDeployment, BatchEndpoint, BatchJob, MiniBatch
from mlops.components.models import Component
from mlops.components.usage import Use
from mlops.formats.refusal import Refusal
from mlops.runs.models import Run


def visible_to(person: Any) -> QuerySet[BatchEndpoint]:
    found = BatchEndpoint.objects.filter(project__in=visible_projects(person))
    return found.select_related(
        "project",
        "default__version__model",
        "default__pipeline__endpoint",
        "default__component__component",
        "created_by",
    )


def endpoint(person: Any, endpoint_id: UUID) -> BatchEndpoint:
    found = visible_to(person).filter(pk=endpoint_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such batch endpoint, or you may not see it."), status=404)
    return found


def deployments_of(of: BatchEndpoint) -> QuerySet[BatchDeployment]:
    found = BatchDeployment.objects.filter(endpoint=of)
    return found.select_related(
        "endpoint__project", "version__model", "conversion", "pipeline__endpoint", "component__component", "created_by"
    )


def jobs(person: Any) -> QuerySet[BatchJob]:
    """Without those whose run is in the recycle bin."""
    found = BatchJob.objects.filter(endpoint__project__in=visible_projects(person), run__deleted_at=None)
    return found.select_related(
        "endpoint__project", "run__project", "run__experiment", "run__created_by", "conversion",
        "output_version__dataset",
    ).defer("files", "run__spec", "run__document", "run__shapes")  # fmt: skip


def job(person: Any, job_id: UUID) -> BatchJob:
    found = jobs(person).filter(pk=job_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such batch job, or you may not see it."), status=404)
    return found


def job_of(run: Run) -> BatchJob | None:
    return BatchJob.objects.filter(run=run).first()


def troubled(of: BatchJob, *, most: int = 50) -> list[MiniBatch]:
    """Mini-batches with rows that have no result, in the order of the input."""
    return list(MiniBatch.objects.filter(job=of, failed_items__gt=0).order_by("index")[:most])


def uses_of_component(component: Component) -> Iterator[Use]:
    rows = BatchDeployment.objects.filter(component__component=component).select_related("endpoint", "component")
    for one in rows:
        url = reverse("web:batch-endpoint", args=[one.endpoint_id])
        version = one.component.version if one.component else ""
        yield Use(kind="batch deployment", name=f"{one.endpoint}/{one.name}", url=url, version=version)
