"""Assets, endpoints, deployments and schedules as values: their fields are those of the YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops.client.sdk.jobs import SCHEMAS, Node
from mlops.client.sdk.writing import local, plain

_PATHS = ("path", "code", "conda_file")


@dataclass(kw_only=True)
class Entity:
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """As its YAML file holds them, without the empty ones."""
        found = {key: value for key, value in vars(self).items() if value not in ("", None, {}, [])}
        return {
            key: local(value) if key in _PATHS and isinstance(value, str) else plain(value)
            for key, value in found.items()
        }


@dataclass(kw_only=True)
class Data(Entity):
    """A data asset: `path` is a local file or folder, `azureml://…` or `https://…`."""

    path: str
    type: str = "uri_folder"
    version: str = ""
    noun, schema = "data", f"{SCHEMAS}data.schema.json"


@dataclass(kw_only=True)
class Model(Entity):
    """A model's files: `type` is custom_model, mlflow_model or triton_model."""

    path: str
    type: str = "custom_model"
    version: str = ""
    noun, schema = "model", f"{SCHEMAS}model.schema.json"


@dataclass(kw_only=True)
class BuildContext:
    """A folder with a Dockerfile."""

    path: str
    dockerfile_path: str = "Dockerfile"

    def fields(self) -> dict[str, Any]:
        return {"path": local(self.path), "dockerfile_path": self.dockerfile_path}


@dataclass(kw_only=True)
class Environment(Entity):
    """Packages of a conda file (a path, or its content), an image, or both; or an image that is built."""

    image: str = ""
    conda_file: str | Mapping[str, Any] = ""
    build: BuildContext | None = None
    version: str = ""
    noun, schema = "environment", f"{SCHEMAS}environment.schema.json"


@dataclass(kw_only=True)
class CodeConfiguration:
    code: str
    scoring_script: str

    def fields(self) -> dict[str, Any]:
        return {"code": local(self.code), "scoring_script": self.scoring_script}


@dataclass(kw_only=True)
class ManagedOnlineEndpoint(Entity):
    """`auth_mode`: key, aml_token or none."""

    auth_mode: str = "key"
    traffic: dict[str, int] = field(default_factory=dict)
    noun, schema = "online-endpoint", f"{SCHEMAS}managedOnlineEndpoint.schema.json"


@dataclass(kw_only=True)
class ManagedOnlineDeployment(Entity):
    """`model`: `azureml:NAME:VERSION`, or a Model. Times of `request_settings` in milliseconds, as their names say."""

    endpoint_name: str
    model: Any = None
    code_configuration: CodeConfiguration | None = None
    environment: Any = None
    environment_variables: dict[str, str] = field(default_factory=dict)
    instance_type: str = ""
    instance_count: int | None = None
    request_settings: dict[str, Any] = field(default_factory=dict)
    liveness_probe: dict[str, Any] = field(default_factory=dict)
    readiness_probe: dict[str, Any] = field(default_factory=dict)
    data_collector: dict[str, Any] = field(default_factory=dict)
    noun, schema = "online-deployment", f"{SCHEMAS}managedOnlineDeployment.schema.json"


@dataclass(kw_only=True)
class BatchEndpoint(Entity):
    noun, schema = "batch-endpoint", f"{SCHEMAS}batchEndpoint.schema.json"


@dataclass(kw_only=True)
class ModelBatchDeployment(Entity):
    endpoint_name: str
    model: Any = None
    code_configuration: CodeConfiguration | None = None
    environment: Any = None
    compute: str = ""
    resources: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    type: str = "model"
    noun, schema = "batch-deployment", f"{SCHEMAS}modelBatchDeployment.schema.json"


@dataclass(kw_only=True)
class CronTrigger:
    """`expression`: five fields, as cron has them. Times in ISO 8601; `time_zone` as Windows or IANA name it."""

    expression: str
    start_time: str = ""
    end_time: str = ""
    time_zone: str = "UTC"

    def fields(self) -> dict[str, Any]:
        return {"type": "cron", **{key: value for key, value in vars(self).items() if value}}


@dataclass(kw_only=True)
class RecurrenceTrigger:
    """`frequency`: minute, hour, day, week or month. `schedule`: hours, minutes, week_days, month_days."""

    frequency: str
    interval: int = 1
    schedule: dict[str, Any] = field(default_factory=dict)
    start_time: str = ""
    end_time: str = ""
    time_zone: str = "UTC"

    def fields(self) -> dict[str, Any]:
        return {"type": "recurrence", **{key: value for key, value in vars(self).items() if value}}


@dataclass(kw_only=True)
class JobSchedule(Entity):
    """`create_job`: a job of `command()` or a pipeline's function, the path of its file, or `azureml:NAME:VERSION`."""

    trigger: CronTrigger | RecurrenceTrigger
    create_job: Any
    display_name: str = ""
    noun, schema = "schedule", f"{SCHEMAS}schedule.schema.json"

    def fields(self) -> dict[str, Any]:
        job = self.create_job
        written = job.fields() if isinstance(job, Node) else local(getattr(job, "path", job))
        return super().fields() | {"trigger": self.trigger.fields(), "create_job": written}
