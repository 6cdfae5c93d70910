"""Batch endpoints, deployments and jobs as the API tells them."""

from __future__ import annotations

from typing import Any

import msgspec
from django.urls import reverse

from mlops import env
from mlops.access.decisions import may
from mlops.batch import queries
from mlops.batch.journal import NODE
from mlops.batch.models import BatchDeployment, BatchEndpoint, BatchJob, MiniBatch
from mlops.batch.settings import settings_of
from mlops.batch.telling import progress_of, tell
from mlops.runs.models import Step
from mlops.runs.shaping import seconds
from mlops.tags.filters import tags_of, tags_of_many


def endpoint_lines(endpoints: list[BatchEndpoint]) -> list[dict[str, Any]]:
    tags = tags_of_many(endpoints)
    return [endpoint_line(one, tags[str(one.pk)]) for one in endpoints]


def endpoint_line(one: BatchEndpoint, tags: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "name": one.name,
        "project": one.project.slug,
        "description": one.description,
        "tags": tags_of(one) if tags is None else tags,
        "default": one.default.name if one.default else "",
        "scoring_uri": scoring_uri(one),
        "deployments": [deployment_line(row) for row in queries.deployments_of(one)],
        "created_at": one.created_at,
        "created_by": one.created_by.get_username() if one.created_by else "",
    }


def scoring_uri(one: BatchEndpoint) -> str:
    """Where calls are posted to."""
    return env.read("MLOPS_URL").rstrip("/") + reverse("batch-call", args=[one.pk])


def deployment_line(one: BatchDeployment) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(one.pk),
        "name": one.name,
        "endpoint": one.endpoint.name,
        "description": one.description,
        "type": "model" if one.version_id else "pipeline",  # also of a component, as Azure ML says it
        "of": one.of,
        "created_at": one.created_at,
    }
    if one.version_id:
        return told | {
            "model": one.of,
            "entry": one.entry,
            "script": one.script,
            "conversion": one.conversion.state if one.conversion and one.entry == "onnx" else "",
            "settings": msgspec.to_builtins(settings_of(one)),
        }
    if one.component_id:
        return told | {"component": f"azureml:{one.of}", "settings": one.settings}
    return told | {"pipeline": one.of, "input_parameter": one.input_parameter}


def job_line(job: BatchJob) -> dict[str, Any]:
    told = tell(job)
    return {
        "id": str(job.pk),
        "run": str(job.run_id),
        "number": job.run.number,
        "name": job.run.display_name,
        "endpoint": job.endpoint.name,
        "deployment": job.deployment_name,
        "of": job.of,
        "entry": job.entry,
        "input": job.asked_input.get("told", ""),
        "state": job.run.state,
        "phase": job.phase,
        "reason": told.reason,
        "since": told.since,
        "hint": told.hint,
        "progress": msgspec.to_builtins(progress_of(job)),
        "created_at": job.created_at,
        "ended_at": job.run.ended_at,
        "seconds": seconds(job.run.started_at, job.run.ended_at),
        "url": reverse("web:batch-job", args=[job.pk]),
    }


def job_whole(person: Any, job: BatchJob) -> dict[str, Any]:
    kept = Step.objects.filter(run=job.run_id, node=NODE).values_list("outputs", flat=True).first() or {}
    outputs = sorted(kept.items(), key=lambda one: (one[0] != "scored", one[0]))  # PostgreSQL keeps no order of names
    return {
        **job_line(job),
        "settings": job.settings,
        "output_dataset": job.output_dataset,
        "output_version": str(job.output_version) if job.output_version else "",
        "outputs": [{"node": NODE, "port": port, "type": value["type"]} for port, value in outputs],
        "troubled": [mini_batch_line(one) for one in queries.troubled(job)],
        "can_cancel": job.run.state in ("queued", "running") and may(person, "runs.cancel", job.endpoint.project),
    }


def mini_batch_line(one: MiniBatch) -> dict[str, Any]:
    return {
        "index": one.index,
        "state": one.state,
        "items": one.items,
        "failed_items": one.failed_items,
        "tries": one.failures + (one.state == "done"),
        "reason": one.reason,
        "errors": one.told_errors,
    }
