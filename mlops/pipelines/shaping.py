"""Pipeline endpoints, published versions, schedules and fires as the API tells them."""

from __future__ import annotations

from typing import Any

import msgspec
from django.urls import reverse

from mlops import env
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.schedule import Cron, Recurrence
from mlops.pipelines.models import Fire, PipelineEndpoint, PublishedPipeline, Schedule
from mlops.pipelines.parameters import uses_of
from mlops.pipelines.schedules import read_trigger
from mlops.pipelines.timing import preview


def endpoint_line(one: PipelineEndpoint) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "name": one.name,
        "project": one.project.slug,
        "description": one.description,
        "default_version": one.default.number if one.default else None,
        "enabled": one.is_enabled,
        "rest_url": rest_url(one),
        "created_at": one.created_at,
        "created_by": one.created_by.get_username() if one.created_by else "",
    }


def rest_url(one: PipelineEndpoint) -> str:
    """The fixed address that calls are posted to."""
    return env.read("MLOPS_URL").rstrip("/") + reverse("pipeline-call", args=[one.pk])


def version_line(one: PublishedPipeline) -> dict[str, Any]:
    spec = msgspec.convert(one.spec, type=PipelineSpec)
    uses = uses_of(spec)
    return {
        "id": str(one.pk),
        "endpoint": str(one.endpoint_id),
        "version": one.number,
        "description": one.description,
        "enabled": one.is_enabled,
        "origin": one.origin,
        "steps": len(spec.nodes),
        "parameters": [
            {
                "name": name,
                "type": parameter.type,
                "default": parameter.default,
                "help": parameter.help,
                "used_by": [{"node": node, "parameter": value} for node, value in uses[name]],
            }
            for name, parameter in spec.parameters.items()
        ],
        "created_at": one.created_at,
        "created_by": one.created_by.get_username() if one.created_by else "",
    }


def schedule_line(one: Schedule) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "name": one.name,
        "project": one.project.slug,
        "description": one.description,
        "endpoint": str(one.endpoint_id),
        "endpoint_name": one.endpoint.name,
        "version": one.version.number if one.version else None,
        "experiment": one.experiment,
        "parameters": one.parameters,
        "trigger": one.trigger,
        "catch_up": one.catch_up,
        "catch_up_most": one.catch_up_most,
        "overlap": one.overlap,
        "continue_on_step_failure": one.continue_on_step_failure,
        "enabled": one.is_enabled,
        "next_at": one.next_at,
        "reason": one.reason,
        "created_by": one.created_by.get_username() if one.created_by else "",
    }


def schedule_whole(one: Schedule) -> dict[str, Any]:
    """`next_fires`: with the UTC offset of each."""
    trigger = read_trigger(one.trigger)
    timed = isinstance(trigger, Cron | Recurrence) and one.is_enabled
    moments = preview(trigger, after=one.looked_at) if timed and isinstance(trigger, Cron | Recurrence) else []
    return {**schedule_line(one), "next_fires": [moment.isoformat() for moment in moments]}


def fire_line(one: Fire) -> dict[str, Any]:
    return {
        "due_at": one.due_at,
        "decided_at": one.decided_at,
        "state": one.state,
        "reason": one.reason,
        "parameters": one.parameters,
        "run": str(one.run_id) if one.run_id else None,
        "run_number": one.run.number if one.run else None,
    }
