"""A job that is one step: the graph of that step, with a data node for each of its data inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.components.brought import JobLibrary
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import Given, JobFacts, Wanted
from mlops.formats.azureml.lines import Source
from mlops.formats.component import Component
from mlops.formats.definition import Definition
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.formats.refusal import nearest
from mlops.jobs.commands import JOB, Prepared
from mlops.jobs.data import data_at
from mlops.jobs.reading import Files


def find_data(files: Files, source: Source, inputs: Mapping[str, Given], faults: Faults) -> dict[str, dict[str, Any]]:
    """The parameters of the data node of each data input."""
    found: dict[str, dict[str, Any]] = {}
    for name, given in inputs.items():
        if given.is_data:
            with faults.collected(given.at):
                found[name] = data_at(files, given, source)
    return found


def check_inputs(source: Source, component: Component, inputs: Mapping[str, Given], faults: Faults) -> None:
    """Every input that is given must be one of the component, and every needed one must be given."""
    ports = {port.name for port in component.inputs}
    known = ports | {one.name for one in component.parameters}
    for name, given in inputs.items():
        if name not in known:
            hint = nearest(name, known) or _("It has: %(known)s.") % {"known": ", ".join(sorted(known)) or _("none")}
            faults.add(
                source.refuse(
                    "input_unknown", _("There is no input “%(name)s”.") % {"name": name}, at=given.at, hint=hint
                )
            )
        elif (name in ports) != given.is_data:
            wanted = "data with a `path`" if name in ports else "a value"
            faults.add(
                source.refuse(
                    "input_unfit",
                    _("The input “%(name)s” takes %(wanted)s.") % {"name": name, "wanted": wanted},
                    at=given.at,
                )
            )
    needed = {port.name for port in component.inputs if not port.optional}
    needed |= {one.name for one in component.parameters if one.required}
    for name in sorted(needed - set(inputs)):
        hint = _("Write it at `inputs`.")
        faults.add(
            source.refuse(
                "input_missing", _("The input “%(name)s” has no value.") % {"name": name}, at=("inputs",), hint=hint
            )
        )


def single_step(
    files: Files,
    facts: JobFacts,
    definition: Definition,
    inputs: Mapping[str, Given],
    outputs: Mapping[str, Wanted],
    data: Mapping[str, dict[str, Any]],
) -> Prepared:
    """The component is the job's own. `data`: as `find_data` gives it."""
    title = definition.component.title or "Job"
    component = msgspec.structs.replace(definition.component, name="job", version="1", title=title)
    library = JobLibrary(files.project)
    library.add(msgspec.structs.replace(definition, component=component))
    nodes = [
        Node(id=f"input-{name}", component=DATASET_COMPONENT, version="1", parameters=one) for name, one in data.items()
    ]
    taken = {one.name for one in component.parameters}
    step = Node(
        id=JOB,
        component=component.name,
        version=component.version,
        parameters={name: one.value for name, one in inputs.items() if not one.is_data and name in taken},
        title=facts.display_name[:200],
        regenerate=True,
    )
    edges = [Edge(source=f"input-{name}", source_port="dataset", target=JOB, target_port=name) for name in data]
    spec = PipelineSpec(nodes=(*nodes, step), edges=tuple(edges))
    made = {port.name for port in component.outputs}
    wanted = {(JOB, name): one for name, one in outputs.items() if name in made}
    ends = {name: (JOB, name) for name in outputs if name in made}
    return Prepared(facts=facts, spec=spec, library=library, outputs=wanted, ends=ends)
