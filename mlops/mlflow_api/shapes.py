"""Runs and experiments as MLflow's clients read them."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from mlops.mlflow_api.finding import id_of
from mlops.mlflow_api.places import location_of, root_of
from mlops.runs.logging import number
from mlops.runs.models import DatasetUse, Experiment, LatestMetric, LoggedModelUse, Run, RunParameter, RunState
from mlops.tags.filters import tags_of_many

RUN_NAME, PARENT, NOTE, USER = "mlflow.runName", "mlflow.parentRunId", "mlflow.note.content", "mlflow.user"
STATUS_OF = {
    RunState.QUEUED: "SCHEDULED",
    RunState.RUNNING: "RUNNING",
    RunState.CANCELLING: "RUNNING",
    RunState.COMPLETED: "FINISHED",
    RunState.FAILED: "FAILED",
    RunState.CANCELLED: "KILLED",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(at: datetime | None) -> int | None:
    return None if at is None else round((at - EPOCH).total_seconds() * 1_000)


def moment(milliseconds: int) -> datetime | None:
    """None where the number is no time that there is."""
    try:
        return datetime.fromtimestamp(milliseconds / 1_000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def shaped_number(value: float) -> float | str:
    """JSON has no such numbers; protobuf's form of JSON writes them as texts."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def shaped_pairs(pairs: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs.items()]


def shaped_experiments(experiments: list[Experiment]) -> list[dict[str, Any]]:
    tags = tags_of_many(experiments)
    return [shaped_experiment(one, tags[str(one.pk)]) for one in experiments]


def shaped_experiment(experiment: Experiment, tags: dict[str, str]) -> dict[str, Any]:
    if experiment.description:
        tags = tags | {NOTE: experiment.description}
    return {
        "experiment_id": id_of(experiment),
        "name": experiment.name,
        "artifact_location": location_of(experiment),
        "lifecycle_stage": "deleted" if experiment.deleted_at else "active",
        "creation_time": millis(experiment.created_at),
        "last_update_time": millis(experiment.changed_at or experiment.created_at),
        "tags": shaped_pairs(tags),
        "workspace": experiment.project.slug,
    }


def shaped_runs(runs: list[Run]) -> list[dict[str, Any]]:
    """In six queries, however many runs. Rows of metrics and parameters, of which there are many, are read as named
    tuples, which cost far less than models."""
    metrics: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    found = LatestMetric.objects.filter(run__in=runs).order_by("key")
    for metric in found.values_list("key", "value", "special", "at", "position", "run_id", named=True):
        metrics[metric.run_id].append(shaped_metric(metric))
    parameters: dict[Any, dict[str, str]] = defaultdict(dict)
    told = RunParameter.objects.filter(run__in=runs).order_by("key")
    for run_id, key, value in told.values_list("run_id", "key", "value"):
        parameters[run_id][key] = value
    uses: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for use in DatasetUse.objects.filter(run__in=runs):
        uses[use.run_id].append(shaped_use(use))
    models: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for used in LoggedModelUse.objects.filter(run__in=runs).order_by("pk"):
        step = {"step": used.position} if used.is_output else {}
        models[used.run_id, used.is_output].append({"model_id": f"m-{used.model_id.hex}"} | step)
    tags = tags_of_many(runs)
    return [
        {
            "info": shaped_info(run, tags[str(run.pk)]),
            "data": {
                "metrics": metrics[run.pk],
                "params": shaped_pairs(parameters[run.pk]),
                "tags": shaped_pairs(tags_with_own(run, tags[str(run.pk)])),
            },
            "inputs": {"dataset_inputs": uses[run.pk], "model_inputs": models[run.pk, False]},
            "outputs": {"model_outputs": models[run.pk, True]},
        }
        for run in runs
    ]


def shaped_info(run: Run, tags: dict[str, str]) -> dict[str, Any]:
    info = {
        "run_id": run.pk.hex,
        "run_uuid": run.pk.hex,
        "run_name": run.display_name,
        "experiment_id": id_of(run.experiment),
        "user_id": tags.get(USER) or (run.created_by.get_username() if run.created_by else "unknown"),
        "status": STATUS_OF[RunState(run.state)],
        "start_time": millis(run.started_at or run.created_at),
        "artifact_uri": root_of(run),
        "lifecycle_stage": "deleted" if run.deleted_at else "active",
    }
    return info | ({"end_time": millis(run.ended_at)} if run.ended_at else {})


def tags_with_own(run: Run, tags: dict[str, str]) -> dict[str, str]:
    """What MLflow keeps as tags and we as facts of the run."""
    own = {RUN_NAME: run.display_name}
    if run.parent_id:
        own[PARENT] = run.parent_id.hex
    if run.description:
        own[NOTE] = run.description
    return tags | own


def shaped_metric(metric: Any) -> dict[str, Any]:
    return {
        "key": metric.key,
        "value": shaped_number(number(metric)),
        "timestamp": millis(metric.at),
        "step": metric.position,
        "run_id": metric.run_id.hex,
    }


def shaped_use(use: DatasetUse) -> dict[str, Any]:
    tags = dict(use.tags) | ({"mlflow.data.context": use.context} if use.context else {})
    dataset = {"name": use.name, "digest": use.digest, "source_type": use.source_type, "source": use.source}
    more = {key: value for key, value in (("schema", use.schema), ("profile", use.profile)) if value}
    return {"tags": shaped_pairs(tags), "dataset": dataset | more}
