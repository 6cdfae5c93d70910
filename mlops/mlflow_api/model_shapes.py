"""Logged models as MLflow's clients read them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from mlops.mlflow_api.finding import id_of, model_id_of
from mlops.mlflow_api.places import model_root_of
from mlops.mlflow_api.shapes import millis, shaped_metric, shaped_pairs
from mlops.runs.models import LoggedModel, LoggedModelMetric, LoggedModelState
from mlops.tags.filters import tags_of_many

STATUS_OF = {
    LoggedModelState.PENDING: "LOGGED_MODEL_PENDING",
    LoggedModelState.READY: "LOGGED_MODEL_READY",
    LoggedModelState.FAILED: "LOGGED_MODEL_UPLOAD_FAILED",
}


def shaped_models(models: list[LoggedModel]) -> list[dict[str, Any]]:
    """In two queries, however many models."""
    metrics: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for metric in LoggedModelMetric.objects.filter(model__in=models).order_by("pk"):
        about = {"model_id": f"m-{metric.model_id.hex}"}
        if metric.dataset:
            about |= {"dataset_name": metric.dataset, "dataset_digest": metric.dataset_digest}
        metrics[metric.model_id].append(shaped_metric(metric) | about)
    tags = tags_of_many(models)
    return [_shaped(model, metrics[model.pk], tags[str(model.pk)]) for model in models]


def _shaped(model: LoggedModel, metrics: list[dict[str, Any]], tags: dict[str, str]) -> dict[str, Any]:
    info = {
        "model_id": model_id_of(model),
        "experiment_id": id_of(model.experiment),
        "name": model.name,
        "creation_timestamp_ms": millis(model.created_at),
        "last_updated_timestamp_ms": millis(model.changed_at),
        "artifact_uri": model_root_of(model),
        "status": STATUS_OF[LoggedModelState(model.state)],
        "model_type": model.kind,
        "tags": shaped_pairs(tags),
    }
    if model.run_told:
        info["source_run_id"] = model.run_told
    if model.created_by:
        info["creator_id"] = model.created_by.pk
    return {"info": info, "data": {"params": shaped_pairs(model.parameters), "metrics": metrics}}
