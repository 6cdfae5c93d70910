"""Every change of jobs: one is made of a file, described anew, archived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.execution.engine_outlook import foretold
from mlops.formats.azureml.job import job_kind
from mlops.formats.azureml.job_fields import Wanted
from mlops.formats.azureml.lines import Source
from mlops.formats.definition import End
from mlops.formats.refusal import Refusal
from mlops.jobs.commands import Prepared, prepare_command
from mlops.jobs.naming import checked_name, made_up
from mlops.jobs.parallels import prepare_parallel
from mlops.jobs.pipelines import prepare_pipeline
from mlops.jobs.placing import computes_of, priority_of
from mlops.jobs.reading import Files, plain
from mlops.jobs.sweeps import prepare_sweep
from mlops.pipelines.actions import PipelineInvalid, submit
from mlops.pipelines.expand import expand, made_by
from mlops.pipelines.queries import examined
from mlops.runs import actions as runs
from mlops.runs.code import take_git
from mlops.runs.models import Run, RunKind

DEFAULT_EXPERIMENT = "Default"
PREPARING = {
    RunKind.COMMAND: prepare_command,
    RunKind.PIPELINE: prepare_pipeline,
    RunKind.SWEEP: prepare_sweep,
    RunKind.PARALLEL: prepare_parallel,
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked beside the file: it wins over what the file says. `beside`: the experiment where neither says."""

    settings: tuple[str, ...] = ()
    name: str = ""
    experiment: str = ""
    beside: str = ""


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it was read. Its code and files are kept; nothing refers to them yet."""

    kind: str
    source: Source
    prepared: Prepared
    warnings: tuple[str, ...]
    git: dict[str, Any] = {}
    computes: dict[str, str] = {}
    """By node, and under the empty name of all others: the pool."""
    priority: int = 0


def create_job(
    actor: Any, project: Project, folder: Path, *, main: str = "", asked: Asked | None = None
) -> tuple[Run, tuple[str, ...]]:
    """The run of the job that the file `main` describes, and what was read without a meaning here.

    Either all of it is created or nothing. Raises Faulty with every fault, each with its line; Refusal
    `job_name_invalid`, `run_name_taken`, PipelineInvalid."""
    asked = asked or Asked()
    require(actor, "jobs.submit", project)
    with transaction.atomic():
        found = understand(actor, project, folder, main=main, settings=asked.settings)
        run = begin(actor, project, found, asked=asked, origin=f"files/{found.source.name}")
    return run, found.warnings


def begin(actor: Any, project: Project, found: Understood, *, asked: Asked, origin: str) -> Run:
    """The run of a job that was understood. Raises as `create_job` does."""
    facts = found.prepared.facts
    name = asked.name or facts.name
    name = checked_name(name) if name else made_up()
    return submit(
        actor,
        project,
        spec=found.prepared.spec,
        experiment=asked.experiment or facts.experiment or asked.beside or DEFAULT_EXPERIMENT,
        display_name=(facts.display_name or name)[:200],
        description=facts.description,
        origin=origin[:200],
        library=found.prepared.library,
        kind=found.kind,
        name=name,
        source=plain(found.source.value),
        tags=facts.tags,
        git=found.git,
        job=told(found),
        document=msgspec.to_builtins(found.prepared.document) if found.prepared.document else None,
        continue_on_step_failure=found.prepared.continues,
        does_without_optional=found.prepared.does_without_optional,
    )


def change_job(
    actor: Any,
    run: Run,
    *,
    display_name: str | None = None,
    description: str | None = None,
    tags: Mapping[str, str | None] | None = None,
) -> None:
    """What is None stays; a tag whose value is None is taken off. Raises Refusal `run_name_invalid`, `tag_invalid`."""
    require(actor, "jobs.submit", run.project)
    with transaction.atomic():
        if display_name is not None:
            runs.rename(actor, run, display_name=display_name)
        if description is not None:
            runs.describe(actor, run, description=description)
        if kept := {key: value for key, value in (tags or {}).items() if value is not None}:
            runs.set_tags(actor, run, tags=kept)
        for key in (tags or {}).keys() - kept.keys():
            runs.take_tag_off(actor, run, key=key)


def check_job(
    actor: Any, project: Project, folder: Path, *, main: str = "", settings: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What the job would be. Raises as `create_job` does."""
    require(actor, "jobs.submit", project)
    with transaction.atomic():
        found = understand(actor, project, folder, main=main, settings=settings)
        _require_sound(project, found)
        transaction.set_rollback(True)
    facts = found.prepared.facts
    return {
        "result": "Succeeded",
        "type": found.kind,
        "name": facts.name,
        "display_name": facts.display_name,
        "experiment_name": facts.experiment,
        "steps": [node.id for node in found.prepared.spec.nodes],
        "warnings": list(found.warnings),
    }


def understand(
    actor: Any, project: Project, folder: Path, *, main: str = "", settings: tuple[str, ...] = ()
) -> Understood:
    """Raises Faulty with every fault."""
    git = take_git(folder)
    files = Files(actor, project, folder)
    return as_understood(files, files.main(main, settings), git=git)


def as_understood(files: Files, source: Source, *, git: dict[str, Any] | None = None) -> Understood:
    """Raises Faulty with every fault."""
    kind = job_kind(source)
    prepare = PREPARING.get(RunKind(kind))
    if prepare is None:
        raise Refusal("job_kind", _("Jobs of type “%(kind)s” cannot be created yet.") % {"kind": kind}, status=422)
    prepared = prepare(files, source)
    computes, priority = computes_of(source, kind, files.warnings), priority_of(source, files.warnings)
    warnings = tuple(dict.fromkeys([*files.warnings, *_of_engines(prepared)]))
    return Understood(
        kind=kind, source=source, prepared=prepared, warnings=warnings, git=git or {}, computes=computes,
        priority=priority,
    )  # fmt: skip


def _of_engines(prepared: Prepared) -> Iterator[str]:
    """What its steps cannot have of their images, as it looks now."""
    for node in expand(prepared.spec, prepared.library).nodes:
        definition = prepared.library.definition(node.component, node.version)
        if definition is not None and (said := foretold(definition, step=node.id)):
            yield said


def _require_sound(project: Project, found: Understood) -> None:
    """Raises PipelineInvalid with what would keep it from running, such as a circle."""
    problems = examined(project, found.prepared.spec, found.prepared.library)[1]
    if blocking := tuple(problem for problem in problems if problem.severity == "error"):
        raise PipelineInvalid(blocking)


def told(found: Understood) -> dict[str, Any]:
    """What the run keeps of its file beside its graph."""
    prepared = found.prepared
    ends = {end: name for name, end in prepared.ends.items()}
    known = {**dict.fromkeys(ends), **prepared.outputs}
    outputs = [
        _output(ends.get(end, ""), made_by(End(node=end[0], port=end[1]), prepared.spec, prepared.library), wanted)
        for end, wanted in known.items()
    ]
    return {
        "warnings": list(found.warnings),
        "outputs": outputs,
        **({"drawn": msgspec.to_builtins(prepared.drawn)} if prepared.drawn else {}),
        **({"compute": found.computes} if found.computes else {}),
        **({"priority": found.priority} if found.priority else {}),
    }


def _output(name: str, end: End, wanted: Wanted | None) -> dict[str, str]:
    """`name`: of the job's output; empty where it is one of a step alone."""
    given = wanted or Wanted(name=name, at=())
    return {
        "name": name,
        "step": end.node,
        "port": end.port,
        "type": given.type,
        "path": given.path,
        "asset": given.asset,
        "version": given.version,
        "description": given.description,
    }
