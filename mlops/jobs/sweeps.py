"""A sweep job from YAML: its definition, also for a job of a pipeline, and a run of it alone."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.components.brought import JobLibrary
from mlops.formats.azureml.command_job import read_each
from mlops.formats.azureml.environment_parts import Requested
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import read_facts, read_given, read_resources, read_wanted
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.sweep import ReadSweep, read_sweep
from mlops.formats.definition import Definition
from mlops.formats.refusal import Refusal
from mlops.jobs.commands import Prepared
from mlops.jobs.reading import Files
from mlops.jobs.single import check_inputs, find_data, single_step


def prepare_sweep(files: Files, source: Source) -> Prepared:
    """Raises Faulty with every fault, before anything is kept."""
    faults = Faults(source)
    found = fields(source)
    definition = sweep_definition(files, source, faults)
    inputs = read_each(source, ("inputs",), found.get("inputs"), read_given, faults)
    outputs = read_each(source, ("outputs",), found.get("outputs"), read_wanted, faults)
    facts = read_facts(source, (), faults)
    if definition is None:
        faults.raised()
    assert definition is not None
    varied = {name for name in inputs if name in definition.trial().component.defaults()}
    varied -= {one.name for one in definition.component.parameters}
    for name in sorted(varied):
        line = source.line(("inputs", name))
        files.warnings.append(_("%(file)s, line %(line)d: “%(name)s” is varied: its value at `inputs` is not used.")
                              % {"file": source.name, "line": line, "name": name})  # fmt: skip
        del inputs[name]
    check_inputs(source, definition.component, inputs, faults)
    data = find_data(files, source, inputs, faults)
    faults.raised()
    return single_step(files, facts, definition, inputs, outputs, data)


def sweep_definition(files: Files, source: Source, faults: Faults, *, at: Path = ()) -> Definition | None:
    """The sweep at a path of the file as a component; its code is kept. None where it cannot be read.

    Its inputs there are values, or mappings with a `type`."""
    read: ReadSweep | None = None
    with faults.collected(at):
        read = read_sweep(
            source, files.reader(source.name), lambda place, one: registered(files, source, place, one), at=at
        )
    if read is None:
        return None
    files.warnings += read.warnings
    trial = read.how.trial
    if read.origin is not None:
        origin, place = read.origin, read.trial_at
        with faults.collected((*at, "trial")):
            files.check_code(origin, (*place, "code"), read.code)
        resources = read_resources(origin, place, faults, files.warnings)
        given = fields(origin, place).get("environment")
        environment = Requested()
        with faults.collected((*at, "trial")):
            environment = files.environment(origin, (*place, "environment"), given)
        files.warnings += environment.warnings
        trial = msgspec.structs.replace(
            trial,
            requirements=environment.requirements,
            environment=environment.label,
            variables={**environment.variables, **trial.variables},
            resources=resources,
        )
        if not faults.found:
            trial = msgspec.structs.replace(trial, code=files.keep_code(origin, read.code))
    return Definition(component=read.component, how=msgspec.structs.replace(read.how, trial=trial))


def registered(files: Files, source: Source, at: Path, reference: str) -> Definition:
    """`azureml:name:version`, `azureml:name@latest`. Raises Refusal `unknown_component` with the line."""
    name, _sign, version = reference.rpartition("/")[2].removeprefix("azureml:").replace("@", ":").partition(":")
    library = JobLibrary(files.project)
    try:
        found = library.definition(name, "" if version in ("latest", "default") else version)
    except Refusal as refusal:
        raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal
    if found is None:
        message = _("“%(name)s” is built in, and no command.") % {"name": name}
        raise source.refuse("trial_kind", message, at=at, hint=_("A trial is a command component."))
    return found
