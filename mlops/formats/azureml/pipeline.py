"""Reads a `pipelineJob` or `pipelineComponent`, of our own or by others, as a drawing; every fault has its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.values import FILE_FORMS
from mlops.formats.component import Component
from mlops.formats.definition import End
from mlops.formats.document import Document, DrawnNode, Group, Note, PipelineParameter, Place
from mlops.formats.pipeline import DATASET_COMPONENT, Edge
from mlops.formats.refusal import Refusal, nearest

KNOWN = {"$schema", "type", "name", "version", "display_name", "description", "inputs", "outputs", "jobs", "tags"}
WITHOUT_MEANING = {
    "experiment_name", "settings", "compute", "identity", "properties", "services", "limits", "schedule",
    "is_deterministic", "resources", "source_job_id", "default_compute",
}  # fmt: skip
JOB_KNOWN = {"type", "component", "inputs", "outputs", "display_name", "comment", "properties", "description", "name"}
JOB_WITHOUT_MEANING = {
    "compute", "resources", "limits", "distribution", "environment_variables", "tags", "identity", "services",
    "queue_settings", "experiment_name", "is_deterministic", "$schema", "version",
}  # fmt: skip
INLINE = frozenset({"component", "comment", "limits", "compute", "resources"})
PARENT_INPUT = re.compile(r"\$\{\{\s*parent\.inputs\.([A-Za-z0-9_]+)\s*\}\}")
PARENT_JOB = re.compile(r"\$\{\{\s*parent\.jobs\.([A-Za-z0-9_]+)\.outputs\.([A-Za-z0-9_]+)\s*\}\}")
PARENT_OUTPUT = re.compile(r"\$\{\{\s*parent\.outputs\.([A-Za-z0-9_]+)\s*\}\}")
PARAMETER = "$parameter"
PREFIX = "mlops."
SIMPLE = {bool: "boolean", int: "integer", float: "decimal", str: "string"}
OURS = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean"}
ASIDE, BELOW = 280, 140

Resolve = Callable[[Path, dict[str, Any]], Component]
"""The component of a job at a path of the file. Raises Refusal; may register what the file brings along."""


class ReadPipeline(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs` and `outputs`: of a pipeline component, its ports with the inner ends."""

    document: Document
    name: str
    version: str
    title: str
    help: str
    inputs: dict[str, tuple[End, ...]]
    outputs: dict[str, End]
    warnings: tuple[str, ...]


class ImportImpossible(Refusal):
    """Carries every fault, each with its line."""

    def __init__(self, faults: list[Refusal]) -> None:
        first = faults[0]
        several = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        super().__init__(
            first.code if len(faults) == 1 else "import_impossible",
            f"{first.message.rstrip('.')}{several}. Nothing was created.",
            hint=first.hint,
            status=422,
            where=first.where,
        )
        problems = [{"code": one.code, "message": one.message, "hint": one.hint} for one in faults]
        self.extra = {"problems": problems}


def read_pipeline(source: Source, layout: dict[str, Any], resolve: Resolve) -> ReadPipeline:
    """Raises ImportImpossible with every fault."""
    reader = _Reader(source, layout, resolve)
    reader.read()
    if reader.faults:
        raise ImportImpossible(reader.faults)
    found = fields(source)
    return ReadPipeline(
        document=reader.document(),
        name=str(found.get("name") or ""),
        version="" if found.get("version") is None else str(found["version"]),
        title=str(found.get("display_name") or found.get("name") or ""),
        help=str(found.get("description") or ""),
        inputs={name: tuple(ends) for name, ends in reader.ends.items()},
        outputs=_ordered(reader.outs, found.get("outputs") or {}),
        warnings=tuple(reader.warnings),
    )


class _Reader:
    def __init__(self, source: Source, layout: dict[str, Any], resolve: Resolve) -> None:
        self.source, self.resolve = source, resolve
        self.faults: list[Refusal] = []
        self.warnings: list[str] = []
        self.nodes: dict[str, DrawnNode] = {}
        self.edges: list[Edge] = []
        self.parameters: dict[str, PipelineParameter] = {}
        self.ends: dict[str, list[End]] = {}
        self.outs: dict[str, End] = {}
        self.layout = layout
        self.places: dict[str, Any] = layout.get("nodes") or {}
        self.components: dict[str, Component] = {}
        self.data: dict[str, str] = {}
        """Input name to the id of the data node that it is."""

    def read(self) -> None:
        found = fields(self.source)
        for name in found:
            if name in WITHOUT_MEANING:
                self.warnings.append(self._said((name,), f"“{name}” has no meaning here"))
            elif name not in KNOWN:
                self.faults.append(self.source.unknown(name, KNOWN | WITHOUT_MEANING, at=(), kind="a pipeline"))
        given = found.get("inputs") or {}
        for name, one in given.items():
            self._guarded(lambda name=name, one=one: self._input(str(name), one))  # type: ignore[misc]
        jobs = found.get("jobs")
        if not isinstance(jobs, dict) or not jobs:
            jobs = {}
            if not given:
                self.faults.append(self.source.refuse("jobs_missing", "A pipeline needs `jobs`.", at=("jobs",)))
        for name in jobs:
            self._guarded(lambda name=name: self._component(str(name)))  # type: ignore[misc]
        for name in jobs:
            if str(name) in self.components:
                self._guarded(lambda name=name: self._job(str(name)))  # type: ignore[misc]

    def document(self) -> Document:
        ids = list(self.nodes)
        layout = {}
        for name, entry in self.places.items():
            if "x" in entry and self._id(name) in self.nodes:
                layout[self._id(name)] = _place(entry)
        for number, node in enumerate(node for node in ids if node not in layout):
            layout[node] = Place(x=40 + ASIDE * (number % 4), y=40 + BELOW * (number // 4))
        notes, groups = {}, {}
        for name, entry in (self.layout.get("notes") or {}).items():
            notes[name] = msgspec.convert({k: v for k, v in entry.items() if k != "place"}, type=Note)
            layout |= {name: _place(entry["place"])} if "place" in entry else {}
        for name, entry in (self.layout.get("groups") or {}).items():
            groups[name] = msgspec.convert({k: v for k, v in entry.items() if k != "place"}, type=Group)
            layout |= {name: _place(entry["place"])} if "place" in entry else {}
        parameters = dict(self.parameters)
        for name, one in (self.layout.get("parameters") or {}).items():
            parameters[name] = msgspec.convert(one, type=PipelineParameter)
        return Document(
            nodes=self.nodes,
            edges=tuple(self.edges),
            layout=layout,
            notes=notes,
            groups=groups,
            parameters=parameters,
        )

    # -- inputs

    def _input(self, name: str, given: Any) -> None:
        at = ("inputs", name)
        if not isinstance(given, dict):
            self.parameters[name] = PipelineParameter(type=SIMPLE.get(type(given), "string"), default=given)  # type: ignore[arg-type]
            return
        kind = str(given.get("type", "uri_folder" if "path" in given else "string"))
        if kind in OURS:
            default = given.get("default", given.get("value"))
            help = str(given.get("description") or "")
            self.parameters[name] = PipelineParameter(type=OURS[kind], default=default, help=help)  # type: ignore[arg-type]
            return
        if kind not in FILE_FORMS:
            hint = nearest(kind, {*OURS, *FILE_FORMS})
            raise self.source.refuse("type_unknown", f"“{kind}” is no type of an input.", at=(*at, "type"), hint=hint)
        if "path" not in given:
            self.ends.setdefault(name, [])
            return
        dataset, version = self._dataset(str(given["path"]), (*at, "path"))
        helps = self.layout.get("dataset_parameters") or {}
        # Without a layout it is somebody's own file, no export: all inputs may be given anew, as Azure ML has it.
        if name in helps or not self.layout:
            default = {"dataset": dataset, "version": version}
            help = str((helps[name] if self.layout else given.get("description")) or "")
            self.parameters[name] = PipelineParameter(type="dataset", default=default, help=help)
            readers = {place: entry for place, entry in self.places.items() if entry.get("input") == name}
            for place, entry in (readers if self.layout else {name: {}}).items():
                self._data_node(self._id(place), {"dataset": {PARAMETER: name}}, entry)
                self.data.setdefault(name, self._id(place))
            return
        parameters: dict[str, Any] = {"dataset": dataset}
        if version is not None:
            parameters["version"] = version
        self.data[name] = self._id(name)
        self._data_node(self.data[name], parameters, self.places.get(name) or {})

    def _data_node(self, node: str, parameters: dict[str, Any], entry: dict[str, Any]) -> None:
        extras: dict[str, Any] = {
            key: entry[key] for key in ("title", "comment", "mode", "regenerate", "pins") if key in entry
        }
        plain: dict[str, Any] = {
            "component": DATASET_COMPONENT,
            "version": "1",
            "parameters": dict(parameters, **(entry.get("parameters") or {})),
            **extras,
        }
        self.nodes[node] = msgspec.convert(plain, type=DrawnNode)

    def _dataset(self, path: str, at: Path) -> tuple[str, int | None]:
        if not path.startswith("azureml:") or path.startswith("azureml://"):
            hint = "Import it first (mlops data create --name NAME --path FILE), then write path: azureml:NAME:1."
            raise self.source.refuse("data_elsewhere", f"Data at “{path}” is no dataset here.", at=at, hint=hint)
        name = path.removeprefix("azureml:")
        if "@" in name:
            return name.rsplit("@", 1)[0], None
        name, _colon, version = name.rpartition(":")
        if not name or not version.isdecimal():
            hint = "Write azureml:NAME:VERSION or azureml:NAME@latest."
            raise self.source.refuse("data_unreadable", f"“{path}” names no dataset version.", at=at, hint=hint)
        return name, int(version)

    # -- jobs

    def _component(self, name: str) -> None:
        at = ("jobs", name)
        job = fields(self.source, at)
        kind = str(job.get("type", "command" if "command" in job or "component" in job else "?"))
        if kind not in ("command", "pipeline"):
            hint = "Jobs of type command and pipeline are read: split it into commands."
            if kind == "sweep":
                hint = "Use the component “Tune Model Hyperparameters”, or write each trial as a command."
            raise self.source.refuse("job_kind", f"A job of type “{kind}” has no counterpart here.", at=at, hint=hint)
        self.components[name] = self.resolve(at, job)

    def _job(self, name: str) -> None:
        at, component = ("jobs", name), self.components[name]
        job = fields(self.source, at)
        inline = "command" in job
        for field in job:
            if field in JOB_WITHOUT_MEANING and not inline:
                self.warnings.append(self._said((*at, field), f"“{field}” has no meaning here"))
            elif field not in JOB_KNOWN and not inline:
                self.faults.append(self.source.unknown(field, JOB_KNOWN, at=at, kind="a job"))
        node = self._id(name)
        parameters: dict[str, Any] = {}
        for key, value in (job.get("inputs") or {}).items():
            self._guarded(lambda k=str(key), v=value: self._bind(name, node, component, k, v, parameters))  # type: ignore[misc]
        for key, value in (job.get("outputs") or {}).items():
            outer = PARENT_OUTPUT.fullmatch(str(value.get("path", "") if isinstance(value, dict) else value).strip())
            if outer:
                self.outs[outer[1]] = End(node=node, port=str(key))
        properties = {
            key.removeprefix(PREFIX): one
            for key, one in (job.get("properties") or {}).items()
            if str(key).startswith(PREFIX)
        }
        plain = {
            "component": component.name,
            "version": component.version,
            "parameters": parameters,
            "title": str(job.get("display_name") or ""),
            "comment": str(job.get("comment") or ""),
            "mode": properties.get("mode", ""),
            "regenerate": str(properties.get("regenerate", "")).lower() == "true",
            "pins": json.loads(properties.get("pins", "{}")),
        }
        if plain["title"] == component.title and inline:
            plain["title"] = ""
        self.nodes[node] = msgspec.convert(plain, type=DrawnNode)

    def _bind(
        self, name: str, node: str, component: Component, key: str, value: Any, parameters: dict[str, Any]
    ) -> None:
        at = ("jobs", name, "inputs", key)
        port = next((one for one in component.inputs if one.name == key), None)
        definition = component.parameter(key)
        if port is None and definition is None:
            known = [*(one.name for one in component.inputs), *(one.name for one in component.parameters)]
            hint = nearest(key, known) or f"It has: {', '.join(known) or 'none'}."
            raise self.source.refuse("input_unknown", f"“{component.name}” has no input “{key}”.", at=at, hint=hint)
        plain = value.get("path") if isinstance(value, dict) and "path" in value else value
        text = plain.strip() if isinstance(plain, str) else ""
        from_job, from_input = PARENT_JOB.fullmatch(text), PARENT_INPUT.fullmatch(text)
        if from_job:
            if port is None:
                hint = "Bind it to a value or to ${{parent.inputs.NAME}}."
                raise self.source.refuse("value_expected", f"“{key}” takes a value, not an output.", at=at, hint=hint)
            self._link(from_job[1], from_job[2], node, key, at)
        elif from_input:
            self._from_input(from_input[1], node, key, port is not None, parameters, at)
        elif port is not None:
            dataset, version = self._dataset(text, at)
            data = f"{node}-{key}"[:100]
            found: dict[str, Any] = {"dataset": dataset}
            if version is not None:
                found["version"] = version
            self._data_node(data, found, {})
            self.edges.append(Edge(source=data, source_port="dataset", target=node, target_port=key))
        elif "${{" in text:
            raise self.source.refuse("expression_unknown", f"“{text}” has no value here.", at=at)
        else:
            assert definition is not None
            parameters[key] = _value(plain, definition.type)

    def _link(self, source: str, source_port: str, node: str, port: str, at: Path) -> None:
        component = self.components.get(source)
        if component is None:
            if source not in fields(self.source, ("jobs",)):
                hint = nearest(source, self.components) or "Name a job of this pipeline."
                raise self.source.refuse("job_unknown", f"There is no job “{source}”.", at=at, hint=hint)
            return
        known = [one.name for one in component.outputs]
        if source_port not in known:
            hint = nearest(source_port, known) or f"It has: {', '.join(known) or 'none'}."
            message = f"“{source}” has no output “{source_port}”."
            raise self.source.refuse("output_unknown", message, at=at, hint=hint)
        edge = Edge(source=self._id(source), source_port=source_port, target=node, target_port=port)
        self.edges.append(edge)

    def _from_input(
        self, wanted: str, node: str, key: str, is_port: bool, parameters: dict[str, Any], at: Path
    ) -> None:
        if is_port and wanted in self.data:
            entry = next((self._id(n) for n, e in self.places.items() if e.get("input") == wanted), self.data[wanted])
            self.edges.append(Edge(source=entry, source_port="dataset", target=node, target_port=key))
        elif is_port and wanted in self.ends:
            self.ends[wanted].append(End(node=node, port=key))
        elif not is_port and wanted in self.parameters:
            parameters[key] = {PARAMETER: wanted}
        else:
            known = {*self.data, *self.ends} if is_port else set(self.parameters)
            hint = nearest(wanted, known) or f"It has: {', '.join(sorted(known)) or 'none'}."
            raise self.source.refuse("input_unknown", f"The pipeline has no such input “{wanted}”.", at=at, hint=hint)

    # -- helpers

    def _id(self, name: str) -> str:
        return str((self.places.get(name) or {}).get("id") or name)

    def _said(self, at: Path, words: str) -> str:
        return f"{self.source.name}, line {self.source.line(at)}: {words}."

    def _guarded(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except ImportImpossible as refusal:
            self.faults += [Refusal(one["code"], one["message"], hint=one["hint"]) for one in refusal.extra["problems"]]
        except Refusal as refusal:
            self.faults.append(refusal)
        except (msgspec.ValidationError, ValueError, TypeError, AttributeError) as error:
            self.faults.append(self.source.refuse("yaml_unfit", f"This cannot be read: {error}."))


def _ordered(outs: dict[str, End], listed: dict[str, Any]) -> dict[str, End]:
    """In the order in which the file lists its outputs."""
    names = [str(name) for name in listed if str(name) in outs]
    return {name: outs[name] for name in (*names, *(name for name in outs if name not in names))}


def _value(value: Any, kind: str) -> Any:
    if kind == "columns" and isinstance(value, str):
        return json.loads(value)
    if kind in ("string", "text", "choice", "column", "script", "range", "dataset") and value is not None:
        return value if isinstance(value, str) else str(value)
    return value


def _place(entry: dict[str, Any]) -> Place:
    known = {key: entry[key] for key in ("x", "y", "width", "height", "collapsed") if key in entry}
    return msgspec.convert(known, type=Place)
