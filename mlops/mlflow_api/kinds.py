"""What MLflow's filters and orders may name of runs, experiments and logged models."""

from __future__ import annotations

import uuid
from typing import Any

from mlops.mlflow_api.filters import Attribute, Facts, Kind, as_moment
from mlops.mlflow_api.run_places import artifact_uri
from mlops.mlflow_api.runs import STATE_OF
from mlops.mlflow_api.shapes import NOTE, PARENT, RUN_NAME, STATUS_OF, USER
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.runs.models import (
    DatasetUse,
    Experiment,
    LatestMetric,
    LoggedModel,
    LoggedModelMetric,
    LoggedModelState,
    Run,
    RunParameter,
)


def as_run_key(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(value).removeprefix("m-"))
    except ValueError:
        return uuid.UUID(int=0)


def _moment(path: str, *aliases: str) -> Attribute:
    return Attribute(path, number=True, read=as_moment, aliases=aliases)


def _state(value: Any) -> str:
    return STATE_OF.get(str(value).upper(), str(value))


def _whole(value: Any) -> int:
    """A number beyond all counts as one that no version has."""
    return int(min(max(float(value), -1.0), 2.0**53))


USES = Facts(DatasetUse, "run")
RUNS = Kind(
    model=Run,
    attributes={
        "run_id": Attribute("pk", read=as_run_key, is_key=True, aliases=("run_uuid",)),
        "run_name": Attribute("display_name", aliases=("name", "run name")),
        "status": Attribute("state", read=_state, words=STATUS_OF),
        "user_id": Attribute("created_by__username", aliases=("user",), tag=USER),
        "experiment_id": Attribute("experiment", read=as_run_key, is_key=True),
        "start_time": _moment("started_at", "created"),
        "end_time": _moment("ended_at"),
    },
    metrics=Facts(LatestMetric, "run", "latest_metric"),
    parameters=Facts(RunParameter, "run"),
    tags_as_attributes={
        RUN_NAME: Attribute("display_name"),
        PARENT: Attribute("parent", read=as_run_key, is_key=True),
        NOTE: Attribute("description"),
    },
    elsewhere={
        **{f"{one}.name": (USES, "name") for one in ("dataset", "datasets")},
        **{f"{one}.digest": (USES, "digest") for one in ("dataset", "datasets")},
        **{f"{one}.context": (USES, "context") for one in ("dataset", "datasets")},
    },
    made={"artifact_uri": artifact_uri},
)
EXPERIMENTS = Kind(
    model=Experiment,
    attributes={
        "name": Attribute("name"),
        "experiment_id": Attribute("pk", read=as_run_key, is_key=True),
        "creation_time": _moment("created_at"),
        "last_update_time": _moment("changed_at"),
    },
    tags_as_attributes={NOTE: Attribute("description")},
)
STATE_OF_MODEL = {"PENDING": LoggedModelState.PENDING, "READY": LoggedModelState.READY}
LOGGED_MODELS = Kind(
    model=LoggedModel,
    attributes={
        "name": Attribute("name", aliases=("model_name",)),
        "model_id": Attribute("pk", read=as_run_key, is_key=True),
        "model_type": Attribute("kind"),
        "status": Attribute("state", read=lambda value: STATE_OF_MODEL.get(str(value).upper(), str(value).lower())),
        "source_run_id": Attribute("run_told"),
        "creation_timestamp": _moment("created_at", "creation_time", "creation_timestamp_ms"),
        "last_updated_timestamp": _moment("changed_at", "last_updated_time", "last_updated_timestamp_ms"),
    },
    metrics=Facts(LoggedModelMetric, "model", newest=("-at", "-position", "-pk")),
    parameters_in="parameters",
)
REGISTERED_MODELS = Kind(
    model=RegisteredModel,
    attributes={
        "name": Attribute("name"),
        "creation_timestamp": _moment("created_at"),
        "last_updated_timestamp": _moment("changed_at", "timestamp"),
    },
)
MODEL_VERSIONS = Kind(
    model=ModelVersion,
    attributes={
        "name": Attribute("model__name"),
        "version_number": Attribute("number", number=True, read=_whole, aliases=("version",)),
        "run_id": Attribute("run_told"),
        "source_path": Attribute("source", aliases=("source",)),
        "creation_timestamp": _moment("created_at"),
        "last_updated_timestamp": _moment("changed_at"),
    },
)
