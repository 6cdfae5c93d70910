"""A parallel job from YAML: its definition, also for a job of a pipeline, and a run of it alone."""

from __future__ import annotations

import msgspec

from mlops.formats.azureml.command_job import read_each
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import read_facts, read_given, read_wanted
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.parallel import ReadParallel, read_parallel
from mlops.formats.definition import Definition
from mlops.jobs.commands import Prepared
from mlops.jobs.reading import Files
from mlops.jobs.single import check_inputs, find_data, single_step


def prepare_parallel(files: Files, source: Source) -> Prepared:
    """Raises Faulty with every fault, before anything is kept."""
    faults = Faults(source)
    found = fields(source)
    definition = parallel_definition(files, source, faults)
    inputs = read_each(source, ("inputs",), found.get("inputs"), read_given, faults)
    outputs = read_each(source, ("outputs",), found.get("outputs"), read_wanted, faults)
    facts = read_facts(source, (), faults)
    if definition is None:
        faults.raised()
    assert definition is not None
    check_inputs(source, definition.component, inputs, faults)
    data = find_data(files, source, inputs, faults)
    faults.raised()
    return single_step(files, facts, definition, inputs, outputs, data)


def parallel_definition(files: Files, source: Source, faults: Faults, *, at: Path = ()) -> Definition | None:
    """The job at a path of the file as a component; its code is kept. None where it cannot be read.

    Its inputs there are values, or mappings with a `type`."""
    read: ReadParallel | None = None
    with faults.collected(at):
        read = read_parallel(source, files.reader(source.name), at=at)
    if read is None:
        return None
    files.warnings += read.warnings
    how = read.how
    with faults.collected((*at, "task", "code")):
        files.check_code(source, (*at, "task", "code"), read.code)
    with faults.collected(read.environment_at):
        environment = files.environment(source, read.environment_at, read.environment)
        files.warnings += environment.warnings
        how = msgspec.structs.replace(
            how,
            requirements=environment.requirements,
            environment=environment.label,
            variables={**environment.variables, **how.variables},
        )
    if not faults.found:
        how = msgspec.structs.replace(how, code=files.keep_code(source, read.code))
    return Definition(component=read.component, how=how)
