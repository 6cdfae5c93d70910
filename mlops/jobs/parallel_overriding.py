"""What a job of a pipeline says over its parallel component: sizes, thresholds, retries, processes, variables."""

from __future__ import annotations

import msgspec

from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import read_resources, read_variables
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.parallel_plan import read_parallel_plan
from mlops.formats.definition import Definition, Parallel

PLAN_OF = {
    "mini_batch_size": ("mini_batch_files", "mini_batch_bytes"),
    "partition_keys": ("partition_keys",),
    "mini_batch_error_threshold": ("mini_batch_error_threshold",),
    "error_threshold": ("error_threshold",),
    "logging_level": ("logging_level",),
    "max_concurrency_per_instance": ("concurrency",),
    "retry_settings": ("max_retries", "timeout_seconds"),
}
"""Which parts of the plan a field of the job gives anew."""


def parallel_overridden(source: Source, at: Path, definition: Definition, warnings: list[str]) -> Definition:
    """The same where the job says nothing of it. Raises Faulty or Refusal."""
    job, how = fields(source, at), definition.how
    assert isinstance(how, Parallel)
    said = [name for name in (*PLAN_OF, "resources", "environment_variables") if job.get(name) not in (None, {})]
    if not said:
        return definition
    forms = {name: str(form) for name, form in how.forms.items()}
    read = read_parallel_plan(source, at, input=how.plan.input, forms=forms, over={})
    anew = {part: getattr(read, part) for name in said for part in PLAN_OF.get(name, ())}
    faults = Faults(source)
    resources = read_resources(source, at, faults, warnings) if "resources" in said else how.resources
    variables = read_variables(source, at, faults)
    faults.raised()
    changed = msgspec.structs.replace(
        how,
        plan=msgspec.structs.replace(how.plan, **anew),
        resources=msgspec.structs.replace(how.resources, instance_count=resources.instance_count),
        variables={**how.variables, **variables},
    )
    return msgspec.structs.replace(definition, how=changed)
