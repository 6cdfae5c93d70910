"""The components of a pipeline's jobs: from files beside it, inline, registered in the project, or built in."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.offered import REGISTRY
from mlops.blocks import catalogue
from mlops.blocks.library import BUILT_IN_NAMES
from mlops.components.queries import ProjectLibrary
from mlops.components.registering import Built, build
from mlops.formats.azureml.binding_types import typed
from mlops.formats.azureml.component import read_component
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job import job_kind
from mlops.formats.azureml.lines import Path as YamlPath
from mlops.formats.azureml.lines import Source, fields, load
from mlops.formats.azureml.pipeline import Forms, Locate, ReadPipeline, Used, read_pipeline
from mlops.formats.azureml.values import title_of
from mlops.formats.definition import Command, Definition, Function, Graph, Parallel, Sweep
from mlops.formats.document import Document
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, nearest
from mlops.jobs.overriding import overridden
from mlops.jobs.parallel_overriding import parallel_overridden
from mlops.jobs.parallels import parallel_definition
from mlops.jobs.placing import unknown_computes
from mlops.jobs.reading import Files
from mlops.jobs.sweeps import sweep_definition
from mlops.pipelines.drawn import tidy
from mlops.pipelines.subgraph import define

DEEPEST = 10
INLINE = frozenset(
    {
        "component", "comment", "limits", "compute", "resources", "distribution", "services", "identity", "properties",
        "queue_settings", "experiment_name",
    }
)  # fmt: skip
_NO_SPEC = PipelineSpec(nodes=(), edges=())

Keep = Callable[[Built], Definition]
"""Keeps a component that came along, under a name and version by which a node refers to it."""


class Components:
    """Of one bundle. `runs`: as `formats.azureml.pipeline` has it."""

    def __init__(
        self, files: Files, library: ProjectLibrary, keep: Keep, locate: Callable[[Source], Locate], *, runs: bool
    ) -> None:
        self.files, self.library, self.keep, self.locate, self.runs = files, library, keep, locate, runs
        self._open: list[str] = []
        self._known: dict[str, Used] = {}

    def pipeline(self, source: Source, *, runs: bool | None = None) -> ReadPipeline:
        """Raises ImportImpossible with every fault."""
        read = read_pipeline(
            source,
            self.layout(source.name),
            lambda at, job, forms: self._of_job(source, at, job, forms),
            self.locate(source),
            runs=self.runs if runs is None else runs,
        )
        self.files.warnings += unknown_computes(source, read.document)
        return read

    def layout(self, path: str) -> dict[str, Any]:
        place = f"{path.removesuffix('.yaml').removesuffix('.yml')}.layout.yaml"
        if not (self.files.folder / place).is_file():
            return {}
        value = load(place, self.files.text(place)).value
        return value if isinstance(value, dict) else {}

    def registered(self, source: Source, at: YamlPath, reference: str) -> Used:
        """`azureml:name:version`, `azureml:name@latest`, `azureml://registries/R/components/NAME/versions/V`."""
        name, version = _name_and_version(reference)
        if elsewhere := REGISTRY.fullmatch(reference):
            abroad = f"{elsewhere['owner']}/{name}"  # a registry that is no project here is one of the plain names
            name = abroad if self.library.find(abroad, version) is not None else name
        if name in BUILT_IN_NAMES:
            return Used(component=catalogue.component(name))
        try:
            definition = self.library.definition(name, version or None)
        except Refusal as refusal:
            known = {*BUILT_IN_NAMES, *self.library.names()}
            hint = refusal.hint or nearest(name, known)
            raise source.refuse(
                "unknown_component",
                _("“%(reference)s” is not registered in this project, and has no counterpart here.")
                % {"reference": reference},
                at=at,
                hint=f"{hint} {_('Or register it first: mlops component create -f FILE.')}".strip(),
            ) from refusal
        assert definition is not None
        return used(definition)

    # -- one job

    def _of_job(self, source: Source, at: YamlPath, job: dict[str, Any], forms: Forms) -> Used:
        given = job.get("component")
        if given is None:
            return self._inline(source, at, job, forms)
        place = (*at, "component")
        if not isinstance(given, str):
            found = self._of(_part(source, place), "", name=str(at[-1]))
        elif given.startswith(("azureml:", "azureml://")):
            found = self.registered(source, place, given)
        else:
            path = given.removeprefix("file:").replace("\\", "/")
            found = self._file(source, place, posixpath.normpath(posixpath.join(posixpath.dirname(source.name), path)))
        return self._with_changes(source, at, job, found) if self.runs else found

    def _with_changes(self, source: Source, at: YamlPath, job: dict[str, Any], found: Used) -> Used:
        """A job may say anew where and how long its component runs."""
        definition = self.library.definition(found.component.name, found.component.version)
        if definition is None or not isinstance(definition.how, Command | Parallel):
            return found
        is_command = isinstance(definition.how, Command)
        change = overridden if is_command else parallel_overridden
        changed = change(source, at, definition, self.files.warnings)
        if changed is definition:
            return found
        kind = "command" if is_command else "parallel"
        return used(self.keep(Built(definition=changed, kind=kind, tags={}, warnings=())))

    def _file(self, source: Source, at: YamlPath, path: str) -> Used:
        if path in self._known:
            return self._known[path]
        if path in self._open or len(self._open) > DEEPEST:
            raise source.refuse("component_in_itself", _("“%(path)s” uses itself.") % {"path": path}, at=at)
        try:
            inner = load(path, self.files.text(path))
        except Refusal as refusal:
            raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal
        self._open.append(path)
        try:
            self._known[path] = self._of(inner, path, name=posixpath.basename(path).split(".")[0])
        finally:
            self._open.pop()
        return self._known[path]

    def _of(self, source: Source, path: str, *, name: str) -> Used:
        found = fields(source)
        own = str(found.get("name") or "")
        if own in BUILT_IN_NAMES:
            return Used(component=catalogue.component(own, str(found.get("version") or "") or None))
        if found.get("type") == "pipeline" or "jobs" in found:
            return self._graph(source, name=own or name)
        if found.get("type") == "parallel" or "mini_batch_size" in found:
            return self._parallel(source, (), name=own or name)
        if found.get("type") == "sweep" or "trial" in found:
            return self._sweep(source, (), name=own or name)
        read = read_component(source, self.files.reader(source.name), environment=self.files.environment)
        self.files.touch_code(source, found)
        return self._kept(build(self.files.folder, source, read, name=own or (name if self.runs else "")))

    def _graph(self, source: Source, *, name: str) -> Used:
        return self._kept(Built(definition=self.graph(source, name=name), kind="graph", tags={}, warnings=()))

    def graph(self, source: Source, *, name: str) -> Definition:
        """A pipeline as a component. Raises ImportImpossible with every fault."""
        read = self.pipeline(source, runs=False)
        self.files.warnings += read.warnings
        document: Document = tidy(read.document)
        before = Graph(document=document, spec=_NO_SPEC, inputs=read.inputs, outputs=read.outputs)
        return define(
            document,
            self.library,
            name=read.name or name or "imported",
            version=read.version,
            title=read.title or read.name or name,
            help=read.help,
            before=before,
        )

    # -- jobs that bring their work along

    def _inline(self, source: Source, at: YamlPath, job: dict[str, Any], forms: Forms) -> Used:
        """It becomes a component of the job's name."""
        kind = job_kind(source, at)
        name = own_name(str(at[-1]))
        if kind == "pipeline":
            return self._graph(_part(source, at), name=name)
        typed_source = typed(source, at, job, forms)
        if kind == "sweep":
            return self._sweep(typed_source, at, name=name)
        if kind == "parallel":
            return self._parallel(typed_source, at, name=name)
        if "command" not in job:
            message = _("“%(name)s” names no component and has no command.") % {"name": at[-1]}
            raise source.refuse("component_missing", message, at=at)
        self.files.check_code(source, (*at, "code"), str(job.get("code") or ""))
        self.files.touch_code(source, job)
        read = read_component(
            typed_source,
            self.files.reader(source.name),
            at=at,
            also_known=INLINE,
            environment=self.files.environment,
        )
        return self._kept(build(self.files.folder, source, read, name=name))

    def _sweep(self, source: Source, at: YamlPath, *, name: str) -> Used:
        faults = Faults(source)
        definition = sweep_definition(self.files, source, faults, at=at)
        return self._of_definition(definition, faults, kind="sweep", name=name)

    def _parallel(self, source: Source, at: YamlPath, *, name: str) -> Used:
        faults = Faults(source)
        definition = parallel_definition(self.files, source, faults, at=at)
        return self._of_definition(definition, faults, kind="parallel", name=name)

    def _of_definition(self, definition: Definition | None, faults: Faults, *, kind: str, name: str) -> Used:
        faults.raised()
        assert definition is not None
        title = definition.component.title or title_of(name)
        component = msgspec.structs.replace(definition.component, name=name, title=title)
        named = msgspec.structs.replace(definition, component=component)
        return self._kept(Built(definition=named, kind=kind, tags={}, warnings=()))

    def _kept(self, built: Built) -> Used:
        self.files.warnings += built.warnings
        return used(self.keep(built))


def used(definition: Definition) -> Used:
    return Used(component=definition.component, forms=forms_of(definition))


def forms_of(definition: Definition) -> dict[str, str]:
    how = definition.how
    if isinstance(how, Sweep):
        return {str(key): str(one) for key, one in how.trial.forms.items()}
    if isinstance(how, Command | Parallel):
        return {str(key): str(one) for key, one in how.forms.items()}
    return dict.fromkeys((port.name for port in definition.component.outputs), "") if isinstance(how, Function) else {}


def own_name(job: str) -> str:
    return f"{job}_step" if job in BUILT_IN_NAMES else job


def _part(source: Source, at: YamlPath) -> Source:
    """What lies at a path, as a file of its own with the lines of the whole."""
    value: Any = source.value
    for key in at:
        value = value[key]
    lines = {path[len(at) :]: line for path, line in source.lines.items() if path[: len(at)] == at}
    return Source(name=source.name, value=value, lines=lines)


def _name_and_version(reference: str) -> tuple[str, str]:
    if reference.startswith("azureml://"):
        parts = reference.split("/")
        name = parts[parts.index("components") + 1] if "components" in parts[:-1] else parts[-1]
        version = parts[parts.index("versions") + 1] if "versions" in parts[:-1] else ""
    else:
        name, _sign, version = reference.removeprefix("azureml:").replace("@", ":").partition(":")
    return name, "" if version in ("latest", "default") else version
