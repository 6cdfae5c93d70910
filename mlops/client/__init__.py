"""The Python SDK and the `mlops` command, over HTTP alone.

    from mlops.client import Client, Input, command

    client = Client("http://127.0.0.1:8000", token="…")
    job = command(
        code="./src",
        command="python train.py --data ${{inputs.data}} --rate ${{inputs.rate}}",
        inputs={"data": Input(type="uri_file", path="azureml:customers@latest"), "rate": 0.1},
        environment="azureml:AzureML-sklearn-1.5@latest",
    )
    ended = client.jobs.stream(client.jobs.create_or_update(job).name)

Names and verbs are those of Azure ML's SDK v2, so that its scripts need little more than another import. What the
names stand for is loaded when it is first used, because every command of the shell passes through here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlops.client.sdk import dsl, entities
    from mlops.client.sdk.client import Client, MLClient
    from mlops.client.sdk.io import Input, Output
    from mlops.client.sdk.jobs import command, parallel_run_function
    from mlops.client.sdk.loading import (
        load_batch_deployment,
        load_batch_endpoint,
        load_component,
        load_data,
        load_datastore,
        load_environment,
        load_job,
        load_model,
        load_online_deployment,
        load_online_endpoint,
        load_schedule,
    )
    from mlops.client.sdk.pipelines import pipeline
    from mlops.client.sdk.results import Asset, Job
    from mlops.client.sdk.spaces import (
        Choice,
        LogNormal,
        LogUniform,
        Normal,
        QLogNormal,
        QLogUniform,
        QNormal,
        QUniform,
        Randint,
        Uniform,
    )

_PLACES = {
    "client": ("Client", "MLClient"),
    "io": ("Input", "Output"),
    "jobs": ("command", "parallel_run_function"),
    "pipelines": ("pipeline",),
    "results": ("Asset", "Job"),
    "loading": (
        "load_batch_deployment", "load_batch_endpoint", "load_component", "load_data", "load_datastore",
        "load_environment", "load_job", "load_model", "load_online_deployment", "load_online_endpoint",
        "load_schedule",
    ),
    "spaces": (
        "Choice", "LogNormal", "LogUniform", "Normal", "QLogNormal", "QLogUniform", "QNormal", "QUniform", "Randint",
        "Uniform",
    ),
}  # fmt: skip
_MODULES = ("dsl", "entities")
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "Asset", "Choice", "Client", "Input", "Job", "LogNormal", "LogUniform", "MLClient", "Normal", "Output",
    "QLogNormal", "QLogUniform", "QNormal", "QUniform", "Randint", "Uniform", "command", "dsl", "entities",
    "load_batch_deployment", "load_batch_endpoint", "load_component", "load_data", "load_datastore",
    "load_environment", "load_job", "load_model", "load_online_deployment", "load_online_endpoint", "load_schedule",
    "parallel_run_function", "pipeline",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"mlops.client.sdk.{name}")
    if name in _PLACE_OF:
        return getattr(importlib.import_module(f"mlops.client.sdk.{_PLACE_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
