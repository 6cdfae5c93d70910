"""What a job of a pipeline says over its component: limits, resources, distribution, environment variables."""

from __future__ import annotations

import msgspec

from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import read_resources, read_variables
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.definition import Command, Definition

RESOURCES = ("resources", "limits", "distribution")


def overridden(source: Source, at: Path, definition: Definition, warnings: list[str]) -> Definition:
    """The same where the job says nothing of it. Raises Faulty."""
    job, how = fields(source, at), definition.how
    said = [name for name in (*RESOURCES, "environment_variables") if job.get(name) not in (None, {})]
    if not said or not isinstance(how, Command):
        return definition
    faults = Faults(source)
    resources = read_resources(source, at, faults, warnings)
    variables = read_variables(source, at, faults)
    faults.raised()
    before = how.resources
    if "limits" not in said:
        resources = msgspec.structs.replace(resources, timeout_seconds=before.timeout_seconds)
    if "distribution" not in said:
        resources = msgspec.structs.replace(
            resources, distribution=before.distribution, processes_per_instance=before.processes_per_instance
        )
    if "resources" not in said:
        resources = msgspec.structs.replace(
            resources, shm_size=before.shm_size, docker_args=before.docker_args, instance_count=before.instance_count,
            cpus=before.cpus, memory_bytes=before.memory_bytes, gpus=before.gpus, labels=before.labels,
        )  # fmt: skip
    changed = msgspec.structs.replace(how, resources=resources, variables={**how.variables, **variables})
    return msgspec.structs.replace(definition, how=changed)
