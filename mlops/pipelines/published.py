"""Reads of pipeline endpoints, their versions, and schedules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.formats.refusal import Refusal
from mlops.pipelines.models import Fire, PipelineEndpoint, PublishedPipeline, Schedule
from mlops.pipelines.publishing import version_of
from mlops.runs.models import Run


def endpoints(person: Any) -> QuerySet[PipelineEndpoint]:
    found = PipelineEndpoint.objects.filter(project__in=visible_projects(person))
    return found.select_related("project", "default", "created_by")


def endpoint(person: Any, endpoint_id: UUID) -> PipelineEndpoint:
    found = endpoints(person).filter(pk=endpoint_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such pipeline endpoint, or you may not see it."), status=404)
    return found


def version(person: Any, endpoint_id: UUID, number: int) -> PublishedPipeline:
    return version_of(endpoint(person, endpoint_id), number)


def versions(of: PipelineEndpoint) -> QuerySet[PublishedPipeline]:
    """Newest first."""
    return PublishedPipeline.objects.filter(endpoint=of).select_related("endpoint__project", "created_by")


def schedules(person: Any) -> QuerySet[Schedule]:
    found = Schedule.objects.filter(project__in=visible_projects(person))
    return found.select_related("project", "endpoint__default", "endpoint__project", "version", "created_by")


def schedule(person: Any, schedule_id: UUID) -> Schedule:
    found = schedules(person).filter(pk=schedule_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such schedule, or you may not see it."), status=404)
    return found


def fires(of: Schedule) -> QuerySet[Fire]:
    return Fire.objects.filter(schedule=of).select_related("run")


def runs(of: PipelineEndpoint) -> QuerySet[Run]:
    """Those that were called, also by schedules; newest first."""
    called = Run.kept.filter(project=of.project, origin__startswith=f"pipeline-endpoints/{of.pk}@")
    fired = Run.kept.filter(pk__in=Fire.objects.filter(schedule__endpoint=of).exclude(run=None).values("run"))
    return (called | fired).select_related("project", "experiment", "created_by").order_by("-created_at")
