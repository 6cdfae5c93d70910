"""Commands and parallel functions, alone or as steps of a pipeline; a command becomes a sweep by `sweep()`."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeVar

from mlops.client.sdk.bindings import Ports, bound
from mlops.client.sdk.io import Output
from mlops.client.sdk.spaces import Space
from mlops.client.sdk.writing import local, plain

SCHEMAS = "https://azuremlschemas.azureedge.net/latest/"
Given = Mapping[str, Any]
N = TypeVar("N", bound="Node")


class Steps(Protocol):
    """The steps of the pipeline whose function is running."""

    def add(self, node: Any) -> None: ...
    def remove(self, node: Any) -> None: ...


open_pipeline: ContextVar[Steps | None] = ContextVar("open_pipeline", default=None)


@dataclass(kw_only=True)
class Node:
    """A job that may stand alone, or be a step of a pipeline: then its outputs are inputs of others.

    Its fields may be set after it was made, such as `node.compute` or `node.display_name`."""

    name: str = ""
    display_name: str = ""
    experiment_name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    compute: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    given_outputs: dict[str, Any] = field(default_factory=dict)
    environment: Any = None
    environment_variables: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    """Its name within a pipeline; empty outside of one."""

    type = "command"

    @property
    def outputs(self) -> Ports:
        """`node.outputs.model`, or `node.outputs["model"]`: to be given as another step's input."""
        return Ports(self)

    def set_limits(self, *, timeout: int) -> None:
        """`timeout` in seconds."""
        self.limits["timeout"] = timeout

    def set_resources(self, *, instance_count: int = 1, **more: Any) -> None:
        self.resources |= {"instance_count": instance_count, **more}

    def own_fields(self) -> dict[str, Any]:
        """What only this kind of job has."""
        raise NotImplementedError

    def fields(self) -> dict[str, Any]:
        """As a job's YAML holds them; references of a pipeline's step are written as `${{parent.…}}`."""
        own = {
            "type": self.type,
            "name": "" if self.key else self.name,
            "display_name": self.display_name,
            "experiment_name": self.experiment_name,
            "description": self.description,
            "tags": self.tags,
            "compute": self.compute,
            "inputs": {name: bound(value) for name, value in self.inputs.items()},
            "outputs": {name: bound(value or Output()) for name, value in self.given_outputs.items()},
            "environment": plain(self.environment),
            "environment_variables": self.environment_variables,
            "resources": self.resources,
            "limits": self.limits,
            **self.own_fields(),
        }
        return {key: value for key, value in own.items() if value not in ("", None, {}, [])}


@dataclass(kw_only=True)
class Command(Node):
    """A command line with `${{inputs.x}}` and `${{outputs.y}}`; see `command()`."""

    command: str = ""
    code: str = ""
    distribution: dict[str, Any] = field(default_factory=dict)
    component: Any = None
    schema = f"{SCHEMAS}commandJob.schema.json"

    def own_fields(self) -> dict[str, Any]:
        if self.component is not None:
            return {"component": self.component, "distribution": self.distribution}
        return {"command": self.command, "code": local(self.code), "distribution": self.distribution}

    def __call__(self, **inputs: Any) -> Command:
        """The same command with other inputs: a number, a text, an Input, another step's output, or a space of a
        sweep. Within a pipeline's function it becomes a step."""
        remove(self)
        return added(replace(self, key="", inputs={**self.inputs, **inputs}))

    def sweep(
        self,
        *,
        primary_metric: str,
        goal: Literal["minimize", "maximize"],
        sampling_algorithm: str | Mapping[str, Any] = "random",
        search_space: Mapping[str, Space] | None = None,
        max_total_trials: int | None = None,
        max_concurrent_trials: int | None = None,
        timeout: int | None = None,
        trial_timeout: int | None = None,
        early_termination: Mapping[str, Any] | None = None,
        compute: str = "",
    ) -> Sweep:
        """A sweep over those of its inputs that are spaces, such as `command(rate=Uniform(0, 1))`. Times in seconds."""
        spaces = {name: one for name, one in self.inputs.items() if isinstance(one, Space)} | dict(search_space or {})
        limits = {
            "max_total_trials": max_total_trials,
            "max_concurrent_trials": max_concurrent_trials,
            "timeout": timeout,
            "trial_timeout": trial_timeout,
        }
        remove(self)
        return added(
            Sweep(
                trial=replace(self, inputs={}),
                inputs={name: one for name, one in self.inputs.items() if name not in spaces},
                given_outputs=dict(self.given_outputs),
                search_space=spaces,
                objective={"primary_metric": primary_metric, "goal": goal},
                sampling_algorithm=sampling_algorithm,
                early_termination=dict(early_termination or {}),
                limits={key: value for key, value in limits.items() if value is not None},
                display_name=self.display_name,
                experiment_name=self.experiment_name,
                compute=compute or self.compute,
            )
        )


@dataclass(kw_only=True)
class Sweep(Node):
    """Trials of a command with other values each time; see `Command.sweep`."""

    trial: Command
    search_space: dict[str, Space]
    objective: dict[str, str]
    sampling_algorithm: str | Mapping[str, Any] = "random"
    early_termination: dict[str, Any] = field(default_factory=dict)
    type = "sweep"
    schema = f"{SCHEMAS}sweepJob.schema.json"

    def set_limits(
        self,
        *,
        max_total_trials: int | None = None,
        max_concurrent_trials: int | None = None,
        timeout: int | None = None,
        trial_timeout: int | None = None,
    ) -> None:
        """Times in seconds."""
        given = {name: value for name, value in locals().items() if name != "self" and value is not None}
        self.limits |= given

    def own_fields(self) -> dict[str, Any]:
        trial = self.trial.own_fields() | {
            "environment": plain(self.trial.environment),
            "environment_variables": self.trial.environment_variables,
            "resources": self.trial.resources,
        }
        if "command" in trial:
            for name in self.search_space:
                trial["command"] = trial["command"].replace(f"${{{{inputs.{name}}}}}", f"${{{{search_space.{name}}}}}")
        component = trial.get("component")
        return {
            "trial": component or {key: value for key, value in trial.items() if value not in ("", None, {}, [])},
            "search_space": {name: space.fields() for name, space in self.search_space.items()},
            "objective": self.objective,
            "sampling_algorithm": plain(self.sampling_algorithm),
            "early_termination": self.early_termination,
        }


@dataclass(kw_only=True)
class Parallel(Node):
    """An entry script over mini-batches; see `parallel_run_function()`."""

    input_data: str
    task: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    type = "parallel"
    schema = f"{SCHEMAS}parallelJob.schema.json"

    def own_fields(self) -> dict[str, Any]:
        task = {**self.task, "code": local(str(self.task.get("code", ""))), "type": "run_function"}
        return {"input_data": self.input_data, "task": plain(task), **self.settings}

    def __call__(self, **inputs: Any) -> Parallel:
        remove(self)
        return added(replace(self, key="", inputs={**self.inputs, **inputs}))


def command(
    *,
    command: str,
    code: str = "",
    environment: Any = None,
    inputs: Given | None = None,
    outputs: Mapping[str, Output | str] | None = None,
    name: str = "",
    display_name: str = "",
    experiment_name: str = "",
    description: str = "",
    tags: Mapping[str, str] | None = None,
    environment_variables: Mapping[str, str] | None = None,
    compute: str = "",
    instance_count: int | None = None,
    distribution: Mapping[str, Any] | None = None,
    timeout: int | None = None,
    shm_size: str = "",
) -> Command:
    """A job that runs a command line in the folder `code` (relative to where the script runs).

    `environment`: `azureml:NAME:VERSION`, `azureml:NAME@latest`, a curated name, or an `entities.Environment`.
    `timeout` in seconds."""
    resources = {"instance_count": instance_count, "shm_size": shm_size}
    return added(
        Command(
            command=command,
            code=code,
            environment=environment,
            inputs=dict(inputs or {}),
            given_outputs=dict(outputs or {}),
            name=name,
            display_name=display_name,
            experiment_name=experiment_name,
            description=description,
            tags=dict(tags or {}),
            environment_variables={key: str(value) for key, value in (environment_variables or {}).items()},
            compute=compute,
            resources={key: value for key, value in resources.items() if value},
            distribution=dict(distribution or {}),
            limits={} if timeout is None else {"timeout": timeout},
        )
    )


def parallel_run_function(
    *,
    task: Mapping[str, Any],
    input_data: str,
    inputs: Given | None = None,
    outputs: Mapping[str, Output | str] | None = None,
    name: str = "",
    display_name: str = "",
    experiment_name: str = "",
    mini_batch_size: str = "",
    mini_batch_error_threshold: int | None = None,
    error_threshold: int | None = None,
    max_concurrency_per_instance: int | None = None,
    instance_count: int | None = None,
    retry_settings: Mapping[str, int] | None = None,
    partition_keys: list[str] | None = None,
    logging_level: str = "",
    environment_variables: Mapping[str, str] | None = None,
) -> Parallel:
    """An entry script with `init()` and `run(mini_batch)` over an input, several at a time.

    `task`: code, entry_script, environment, program_arguments, append_row_to (such as `${{outputs.rows}}`)."""
    settings = {
        "mini_batch_size": mini_batch_size,
        "mini_batch_error_threshold": mini_batch_error_threshold,
        "error_threshold": error_threshold,
        "max_concurrency_per_instance": max_concurrency_per_instance,
        "retry_settings": dict(retry_settings or {}),
        "partition_keys": list(partition_keys or []),
        "logging_level": logging_level,
    }
    return added(
        Parallel(
            task=dict(task),
            input_data=input_data,
            inputs=dict(inputs or {}),
            given_outputs=dict(outputs or {}),
            name=name,
            display_name=display_name,
            experiment_name=experiment_name,
            settings={key: value for key, value in settings.items() if value not in ("", None, {}, [])},
            resources={} if instance_count is None else {"instance_count": instance_count},
            environment_variables=dict(environment_variables or {}),
        )
    )


def added(node: N) -> N:
    """Within a pipeline's function a job becomes a step of it; outside, it stays alone."""
    steps = open_pipeline.get()
    if steps is not None:
        steps.add(node)
    return node


def remove(node: Node) -> None:
    """A template that is called, or swept, is no step itself."""
    steps = open_pipeline.get()
    if steps is not None:
        steps.remove(node)
