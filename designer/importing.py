"""A draft from files: our own export, or a pipeline YAML of Azure ML that somebody else wrote."""

from __future__ import annotations

import posixpath
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from designer.actions import create_draft
from designer.graph.document import read as checked
from designer.graph.subgraph import define
from designer.models import Draft
from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blocks import catalogue
from mlops.blocks.library import BUILT_IN_NAMES
from mlops.components.actions import create_version
from mlops.components.bundles import text_of
from mlops.components.queries import ProjectLibrary
from mlops.components.registering import register_source
from mlops.formats.azureml.lines import Path as YamlPath
from mlops.formats.azureml.lines import Source, fields, load
from mlops.formats.azureml.pipeline import INLINE, PARENT_INPUT, PARENT_JOB, ReadPipeline, read_pipeline
from mlops.formats.component import Component
from mlops.formats.definition import Graph
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, nearest

DEEPEST = 10
_NO_SPEC = PipelineSpec(nodes=(), edges=())


def import_folder(
    actor: Any, project: Project, folder: Path, *, main: str = "", name: str = ""
) -> tuple[Draft, tuple[str, ...]]:
    """The draft, and what was read without a meaning here. Either everything is created (the draft, and components
    that came along), or nothing. Raises ImportImpossible with every fault, each with its line."""
    require(actor, "contribute", project)
    path = main or _main(folder)
    with transaction.atomic():
        importing = _Importing(actor, project, folder)
        read = importing.pipeline(path)
        document = checked(msgspec.to_builtins(read.document))
        title = name.strip() or read.title or Path(path).stem
        draft = create_draft(
            actor, project, name=title, document=document, description=read.help, cloned_from=f"files/{path}"[:200]
        )
    return draft, tuple(dict.fromkeys((*importing.warnings, *read.warnings)))


class _Importing:
    def __init__(self, actor: Any, project: Project, folder: Path) -> None:
        self.actor, self.project, self.folder = actor, project, folder
        self.library = ProjectLibrary(project)
        self.warnings: list[str] = []
        self._open: list[str] = []
        self._known: dict[str, Component] = {}

    def pipeline(self, path: str) -> ReadPipeline:
        source = load(path, text_of(self.folder, path))
        return self._read(source, self._layout(path))

    def _read(self, source: Source, layout: dict[str, Any]) -> ReadPipeline:
        return read_pipeline(source, layout, lambda at, job: self._component(source, at, job))

    def _component(self, source: Source, at: YamlPath, job: dict[str, Any]) -> Component:
        given = job.get("component")
        if given is None:
            return self._inline(source, at, job)
        place = (*at, "component")
        if not isinstance(given, str):
            return self._inline_component(source, place)
        if given.startswith(("azureml:", "azureml://")):
            return self._registered(source, place, given)
        return self._file(source, place, posixpath.normpath(posixpath.join(posixpath.dirname(source.name), given)))

    def _file(self, source: Source, at: YamlPath, path: str) -> Component:
        if path in self._known:
            return self._known[path]
        if path in self._open or len(self._open) > DEEPEST:
            raise source.refuse("component_in_itself", f"“{path}” uses itself.", at=at)
        try:
            inner = load(path, text_of(self.folder, path))
        except Refusal as refusal:
            raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal
        self._open.append(path)
        try:
            self._known[path] = self._of(inner, path)
        finally:
            self._open.pop()
        return self._known[path]

    def _of(self, source: Source, path: str) -> Component:
        found = fields(source)
        name, version = str(found.get("name") or ""), str(found.get("version") or "")
        if name in BUILT_IN_NAMES:
            return catalogue.component(name, version or None)
        if found.get("type") == "pipeline" or "jobs" in found:
            return self._graph(source, self._layout(path))
        version_row = register_source(self.actor, self.project, self.folder, source)
        self.warnings += version_row.warnings
        return self._registered_as(version_row.component.name, version_row.version)

    def _graph(self, source: Source, layout: dict[str, Any]) -> Component:
        read = self._read(source, layout)
        self.warnings += read.warnings
        document = checked(msgspec.to_builtins(read.document))
        before = Graph(document=document, spec=_NO_SPEC, inputs=read.inputs, outputs=read.outputs)
        definition = define(
            document,
            ProjectLibrary(self.project),
            name=read.name or "imported",
            version=read.version,
            title=read.title or read.name,
            help=read.help,
            before=before,
        )
        row = create_version(self.actor, self.project, definition, kind="graph")
        return self._registered_as(row.component.name, row.version)

    def _registered(self, source: Source, at: YamlPath, reference: str) -> Component:
        """`azureml:name:version`, `azureml:name@latest`, `azureml://registries/R/components/NAME/versions/V`."""
        if reference.startswith("azureml://"):
            parts = reference.split("/")
            name = parts[parts.index("components") + 1] if "components" in parts[:-1] else parts[-1]
            version = parts[parts.index("versions") + 1] if "versions" in parts[:-1] else ""
        else:
            name, _sign, version = reference.removeprefix("azureml:").replace("@", ":").partition(":")
        version = "" if version in ("latest", "default") else version
        if name in BUILT_IN_NAMES:
            return catalogue.component(name)
        try:
            return self.library.component(name, version or None)
        except Refusal as refusal:
            known = {*BUILT_IN_NAMES, *self.library.names()}
            hint = refusal.hint or nearest(name, known)
            raise source.refuse(
                "unknown_component",
                f"“{reference}” is not registered in this project, and has no counterpart here.",
                at=at,
                hint=f"{hint} Or register it first: mlops component create -f FILE.",
            ) from refusal

    def _inline(self, source: Source, at: YamlPath, job: dict[str, Any]) -> Component:
        """A job that brings its command along becomes a component of the job's name."""
        if "command" not in job:
            raise source.refuse("component_missing", f"“{at[-1]}” names no component and has no command.", at=at)
        typed = _typed(source, at, job)
        row = register_source(
            self.actor, self.project, self.folder, typed, at=at, name=_own_name(str(at[-1])), also_known=INLINE
        )
        self.warnings += row.warnings
        return self._registered_as(row.component.name, row.version)

    def _inline_component(self, source: Source, at: YamlPath) -> Component:
        row = register_source(
            self.actor, self.project, self.folder, source, at=at, name=_own_name(str(at[-2])), also_known=INLINE
        )
        self.warnings += row.warnings
        return self._registered_as(row.component.name, row.version)

    def _registered_as(self, name: str, version: str) -> Component:
        self.library = ProjectLibrary(self.project)
        return self.library.component(name, version)

    def _layout(self, path: str) -> dict[str, Any]:
        place = f"{path.removesuffix('.yaml').removesuffix('.yml')}.layout.yaml"
        if not (self.folder / place).is_file():
            return {}
        value = load(place, text_of(self.folder, place)).value
        return value if isinstance(value, dict) else {}


def _own_name(job: str) -> str:
    return f"{job}_step" if job in BUILT_IN_NAMES else job


def _typed(source: Source, at: YamlPath, job: dict[str, Any]) -> Source:
    """The job with types at its inputs and outputs, which a job leaves to what is bound to them."""
    value = deepcopy(source.value)
    target = value
    for key in at:
        target = target[key]
    outer, jobs = value.get("inputs") or {}, value.get("jobs") or {}
    target["inputs"] = {name: _input_type(one, outer, jobs) for name, one in (job.get("inputs") or {}).items()}
    target["outputs"] = {
        name: {"type": one.get("type", "uri_folder")} if isinstance(one, dict) else {"type": "uri_folder"}
        for name, one in (job.get("outputs") or {}).items()
    }
    return msgspec.structs.replace(source, value=value)


def _input_type(given: Any, outer: dict[str, Any], jobs: dict[str, Any]) -> dict[str, Any]:
    text = str(given.get("path", "") if isinstance(given, dict) else given).strip()
    declared = given.get("type") if isinstance(given, dict) else None
    if found := PARENT_INPUT.fullmatch(text):
        bound = outer.get(found[1])
        if isinstance(bound, dict):
            return {"type": declared or bound.get("type", "uri_folder" if "path" in bound else "string")}
        return {"type": declared or _plain_type(bound)}
    if found := PARENT_JOB.fullmatch(text):
        made = ((jobs.get(found[1]) or {}).get("outputs") or {}).get(found[2])
        kind = made.get("type") if isinstance(made, dict) else None
        return {"type": declared or kind or "uri_folder"}
    if isinstance(given, dict):
        return {"type": declared or "uri_folder"}
    return {"type": _plain_type(given), "default": given}


def _plain_type(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number"}
    return kinds.get(type(value), "string")


def _main(folder: Path) -> str:
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in (".yml", ".yaml") or name.endswith(".layout.yaml") or not path.is_file():
            continue
        try:
            value = load(name, path.read_text(encoding="utf-8")).value
        except (Refusal, UnicodeDecodeError):
            value = None
        if isinstance(value, dict) and ("jobs" in value or value.get("type") == "pipeline"):
            found.append((("pipelineComponent" in str(value.get("$schema"))), name.count("/"), name))
    if found:
        return min(found)[2]
    raise Refusal(
        "pipeline_missing",
        _("No YAML file with `jobs` is among the files."),
        hint=_("Send a pipeline job's YAML, or the zip that “Export” gave."),
        status=422,
    )
