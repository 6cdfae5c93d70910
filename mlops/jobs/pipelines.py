"""A pipeline job as the drawing that it is, with the components that it brings along."""

from __future__ import annotations

import msgspec

from mlops.components.brought import JobLibrary
from mlops.components.registering import Built
from mlops.formats.azureml.lines import Source
from mlops.formats.azureml.pipeline import Locate
from mlops.formats.definition import Definition
from mlops.jobs.commands import Prepared
from mlops.jobs.components import Components
from mlops.jobs.data import data_at
from mlops.jobs.reading import Files
from mlops.pipelines.drawn import freeze, tidy


def prepare_pipeline(files: Files, source: Source) -> Prepared:
    """Raises Faulty with every fault."""
    library = JobLibrary(files.project)

    def locate(beside: Source) -> Locate:
        return lambda given: data_at(files, given, beside)

    components = Components(files, library, lambda built: library.add(named_by_content(built)), locate, runs=True)
    read = components.pipeline(source)
    files.warnings += read.warnings
    document = tidy(read.document)
    return Prepared(
        facts=msgspec.structs.replace(read.facts, display_name=read.facts.display_name or read.title),
        spec=freeze(document),
        library=library,
        outputs=read.wanted,
        ends={name: (end.node, end.port) for name, end in read.outputs.items()},
        document=document,
        drawn=library.own(),
        continues=read.settings.continue_on_step_failure,
        does_without_optional=read.settings.continue_run_on_failed_optional_input,
    )


def named_by_content(built: Built, *, within: str = "") -> Definition:
    """The version of a component that belongs to a job is what is in it: equal ones do equal work.

    `within`: the pipeline component that it belongs to, whose name comes before its own."""
    definition = built.definition
    name, prefix = definition.component.name, f"{within}-" if within else ""
    name = name if name.startswith(prefix) else f"{prefix}{name}"[:100]
    component = msgspec.structs.replace(definition.component, name=name, version=definition.digest()[:12])
    return msgspec.structs.replace(definition, component=component)
