"""Sweeps and parallel jobs in the form in which they are read; the trial of a sweep stands in it as a component."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.azureml.component import environment_of, write_component, write_parameter, write_port
from mlops.formats.definition import Definition, Parallel, Sweep
from mlops.formats.parallel import ParallelPlan
from mlops.formats.sweep import SweepPlan

SWEEP_SCHEMA = "https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json"
PARALLEL_SCHEMA = "https://azuremlschemas.azureedge.net/latest/parallelComponent.schema.json"


def write_definition(definition: Definition, *, code: str = "", tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A component of any kind but a graph."""
    if isinstance(definition.how, Sweep):
        return write_sweep(definition, code=code)
    if isinstance(definition.how, Parallel):
        return write_parallel(definition, code=code, tags=tags)
    return write_component(definition, code=code, tags=tags)


def write_sweep(definition: Definition, *, code: str = "") -> dict[str, Any]:
    """As a job of a pipeline has it, with a name and a version."""
    assert isinstance(definition.how, Sweep)
    component = definition.component
    trial = write_component(definition.trial(), code=code)
    for name in ("$schema", "version", "display_name"):
        trial.pop(name, None)
    return {
        "$schema": SWEEP_SCHEMA,
        "type": "sweep",
        "name": component.name,
        "version": component.version,
        "display_name": component.title,
        "trial": trial,
        **_sweep_plan(definition.how.plan),
    }


def _sweep_plan(plan: SweepPlan) -> dict[str, Any]:
    sampling = msgspec.to_builtins(plan.sampling)
    base = sampling.pop("base", None)
    limits = {
        "max_total_trials": plan.limits.max_total_trials,
        "max_concurrent_trials": plan.limits.max_concurrent_trials,
        "timeout": _whole(plan.limits.timeout_seconds),
        "trial_timeout": _whole(plan.limits.trial_timeout_seconds),
    }
    form: dict[str, Any] = {
        "sampling_algorithm": {"type": plan.sampling.type, **sampling, **({"logbase": base} if base else {})},
        "search_space": {name: msgspec.to_builtins(one) for name, one in plan.space.items()},
        "objective": msgspec.to_builtins(plan.objective),
        "limits": {name: value for name, value in limits.items() if value is not None},
    }
    if plan.early_termination is not None:
        form["early_termination"] = msgspec.to_builtins(plan.early_termination)
    return form


def write_parallel(definition: Definition, *, code: str = "", tags: dict[str, str] | None = None) -> dict[str, Any]:
    component, how = definition.component, definition.how
    assert isinstance(how, Parallel)
    task: dict[str, Any] = {"type": "run_function"}
    if code:
        task["code"] = code
    task |= {"entry_script": how.entry_script, "environment": environment_of(how)}
    arguments = how.arguments
    if how.plan.allowed_failed_percent != 100.0:
        arguments = f"{arguments} --allowed_failed_percent {how.plan.allowed_failed_percent:g}".strip()
    if arguments:
        task["program_arguments"] = arguments
    if how.plan.append_to:
        task["append_row_to"] = f"${{{{outputs.{how.plan.append_to}}}}}"
    form: dict[str, Any] = {
        "$schema": PARALLEL_SCHEMA,
        "type": "parallel",
        "name": component.name,
        "version": component.version,
        "display_name": component.title,
        "description": component.help,
        "tags": tags or {},
        "inputs": {
            **{port.name: write_port(port, how.forms.get(port.name)) for port in component.inputs},
            **{one.name: write_parameter(one) for one in component.parameters},
        },
        "outputs": {port.name: write_port(port, how.forms.get(port.name), output=True) for port in component.outputs},
        "environment_variables": dict(sorted(how.variables.items())),
        **_parallel_plan(how.plan),
        "task": task,
    }
    if how.resources.instance_count > 1:
        form["resources"] = {"instance_count": how.resources.instance_count}
    if not component.deterministic:
        form["is_deterministic"] = False
    return {key: value for key, value in form.items() if value not in ({}, None, "")}


def _parallel_plan(plan: ParallelPlan) -> dict[str, Any]:
    size = plan.mini_batch_files if plan.mini_batch_bytes is None else f"{plan.mini_batch_bytes}b"
    return {
        "input_data": f"${{{{inputs.{plan.input}}}}}",
        "mini_batch_size": None if size is None else str(size),
        "partition_keys": list(plan.partition_keys) or None,
        "mini_batch_error_threshold": plan.mini_batch_error_threshold,
        "error_threshold": plan.error_threshold,
        "max_concurrency_per_instance": plan.concurrency,
        "logging_level": plan.logging_level,
        "retry_settings": {"max_retries": plan.max_retries, "timeout": _whole(plan.timeout_seconds)},
    }


def _whole(seconds: float | None) -> int | float | None:
    return int(seconds) if seconds is not None and seconds.is_integer() else seconds
