"""A command job as a graph of one step, with a data node for each of its data inputs."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.components.brought import JobLibrary
from mlops.formats.azureml.command_job import CommandJob, read_command_job
from mlops.formats.azureml.environment_parts import Requested
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import JobFacts, Wanted
from mlops.formats.azureml.lines import Source
from mlops.formats.definition import Definition
from mlops.formats.document import Document
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.jobs.data import data_at
from mlops.jobs.reading import Files

JOB = "job"


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run of the job needs. `outputs`: what becomes of outputs, by step and port; `ends`: which step and
    port an output of the job is; `drawn`: the components of the drawing that are none of the project."""

    facts: JobFacts
    spec: PipelineSpec
    library: JobLibrary
    outputs: dict[tuple[str, str], Wanted]
    ends: dict[str, tuple[str, str]]
    document: Document | None = None
    drawn: dict[str, Definition] = {}
    continues: bool = False
    does_without_optional: bool = False


def prepare_command(files: Files, source: Source) -> Prepared:
    """Raises Faulty with every fault, before anything is kept."""
    faults = Faults(source)
    read: CommandJob | None = None
    with faults.collected():
        read = read_command_job(source)
    if read is None:
        faults.raised()
    assert read is not None
    files.warnings += read.warnings
    with faults.collected(("code",)):
        files.check_code(source, ("code",), read.code)
    environment = Requested()
    with faults.collected(("environment",)):
        environment = files.environment(source, read.environment_at, read.environment, files.reader(source.name))
    data: dict[str, dict[str, Any]] = {}
    for name, given in read.inputs.items():
        if given.is_data:
            with faults.collected(given.at):
                data[name] = data_at(files, given, source)
    faults.raised()
    files.warnings += environment.warnings
    command = msgspec.structs.replace(
        read.command,
        code=files.keep_code(source, read.code),
        requirements=environment.requirements,
        environment=environment.label,
        variables={**environment.variables, **read.command.variables},
    )
    library = JobLibrary(files.project)
    component = msgspec.structs.replace(read.component, title="Job")
    library.add(Definition(component=component, how=command))
    nodes = [
        Node(id=f"input-{name}", component=DATASET_COMPONENT, version="1", parameters=parameters)
        for name, parameters in data.items()
    ]
    step = Node(
        id=JOB,
        component=component.name,
        version=component.version,
        parameters={name: one.value for name, one in read.inputs.items() if not one.is_data},
        title=read.facts.display_name[:200],
        regenerate=True,
    )
    edges = [Edge(source=f"input-{name}", source_port="dataset", target=JOB, target_port=name) for name in data]
    spec = PipelineSpec(nodes=(*nodes, step), edges=tuple(edges))
    outputs = {(JOB, name): one for name, one in read.outputs.items()}
    ends = {name: (JOB, name) for name in read.outputs}
    return Prepared(facts=read.facts, spec=spec, library=library, outputs=outputs, ends=ends)
