"""A job as the API tells it: in the form of Azure ML's CLI, with our own words for its state beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from mlops import env
from mlops.execution.sweeps.looking import has_sweeps
from mlops.execution.sweeps.shown import sweeps_of
from mlops.runs.models import Metric, Run, Step
from mlops.runs.shaping import seconds
from mlops.runs.situation import shaped, surroundings, told_run, told_steps
from mlops.runs.telling import Told
from mlops.tags.filters import tags_of, tags_of_many

STATUS = {
    "queued": "Queued",
    "running": "Running",
    "cancelling": "CancelRequested",
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Canceled",
}
"""In Azure ML's words."""

KEPT = (
    "description", "command", "code", "environment", "environment_variables", "compute", "resources", "distribution",
    "limits", "properties", "settings", "sampling_algorithm", "search_space", "objective", "early_termination", "trial",
    "mini_batch_size", "task", "retry_settings", "error_threshold", "mini_batch_error_threshold", "input_data",
    "max_concurrency_per_instance", "jobs",
)  # fmt: skip


def job_lines(runs: list[Run]) -> list[dict[str, Any]]:
    tags = tags_of_many(list(runs))
    around = surroundings()
    return [{**job_line(run, told_run(run, around)), "tags": tags[str(run.pk)]} for run in runs]


def job_line(run: Run, told: Told | None = None) -> dict[str, Any]:
    return {
        "name": name_of(run),
        "display_name": run.display_name,
        "type": run.kind,
        "status": STATUS[run.state],
        "experiment_name": run.experiment.name,
        "state": run.state,
        "number": run.number,
        "id": str(run.pk),
        "project": run.project.slug,
        "parent_job_name": name_of(run.parent) if run.parent else None,
        "archived": run.archived_at is not None,
        **shaped(told or told_run(run, surroundings())),
        "created_at": run.created_at,
        "created_by": run.created_by.get_username() if run.created_by else "",
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "seconds": seconds(run.started_at, run.ended_at),
        "url": reverse("web:run", args=[run.pk]),
    }


def job_whole(run: Run) -> dict[str, Any]:
    """With the fields that its file gave it, where it had one."""
    given: dict[str, Any] = run.source or {}
    steps, around = list(Step.objects.filter(run=run).order_by("pk")), surroundings(of=run)
    told = told_steps(run, steps, around)
    line = job_line(run, told_run(run, around, steps, told))
    first = {key: line.pop(key) for key in ("name", "display_name", "type", "status", "experiment_name")}
    return {
        **({"$schema": given["$schema"]} if "$schema" in given else {}),
        **first,
        "tags": tags_of(run),
        **{key: given[key] for key in KEPT if key in given},
        **({"description": run.description} if run.description else {}),
        "inputs": given.get("inputs") or {},
        "outputs": _outputs(run, given),
        "services": {"Studio": {"endpoint": f"{env.read('MLOPS_URL').rstrip('/')}{line['url']}", "type": "Studio"}},
        "creation_context": {
            "created_at": run.created_at,
            "created_by": line["created_by"],
            "created_by_type": "User",
        },
        "warnings": run.snapshot.get("job", {}).get("warnings", []),
        "steps": [_step(step, told[step.node]) for step in steps],
        "metrics": [{"node": one.node, "key": one.key, "value": one.value} for one in _measured(run)],
        **_trials(run),
        **line,
    }


def _measured(run: Run) -> Iterator[Metric]:
    """The last value of each metric of each step."""
    rows = Metric.objects.filter(run=run, value__isnull=False).order_by("pk")
    yield from {(one.node, one.key): one for one in rows}.values()


def _trials(run: Run) -> dict[str, Any]:
    """Of a run with sweeps."""
    if not has_sweeps(run):
        return {}
    return {
        "trials": [
            {
                "node": sweep.step.node,
                "trial": one.number,
                "name": one.name,
                "status": STATUS[one.state],
                "parameters": one.values,
                sweep.plan.objective.primary_metric: one.score,
                "best": one.is_best,
                "stopped_early": one.stopped_early,
            }
            for sweep in sweeps_of(run)
            for one in sweep.trials
        ]
    }


def name_of(run: Run) -> str:
    return run.name or str(run.pk)


def _outputs(run: Run, given: dict[str, Any]) -> dict[str, Any]:
    """Those of the file, each with its address, and the files that every job keeps."""
    name = name_of(run)
    found: dict[str, Any] = {
        "default": {"type": "uri_folder", "mode": "rw_mount", "path": f"azureml://jobs/{name}/outputs/artifacts"}
    }
    kept = _kept(run)
    for one in run.snapshot.get("job", {}).get("outputs", []):
        if not one["name"]:
            continue
        listed = (given.get("outputs") or {}).get(one["name"])
        found[one["name"]] = {
            **(listed if isinstance(listed, dict) else {}),
            "type": one["type"],
            "path": one["path"] or f"azureml://jobs/{name}/outputs/{one['name']}",
            **kept.get(one["name"], {}),
        }
    return found


def _kept(run: Run) -> dict[str, dict[str, str]]:
    """What outputs have become, by their names: `registered` as an asset, or the `problem` that was in the way."""
    found: dict[str, dict[str, str]] = {}
    for one in run.snapshot.get("job", {}).get("kept", []):
        told = (
            {"problem": one["problem"]}
            if one.get("problem")
            else {"registered": f"azureml:{one['asset']}"}
            if one.get("asset")
            else {}
        )
        found[one["output"]] = {**found.get(one["output"], {}), **told}
    return found


def _step(step: Step, told: Told) -> dict[str, Any]:
    return {
        "node": step.node,
        "title": step.title,
        "state": step.state,
        "reason": told.reason,
        "outputs": list(step.outputs),
    }
