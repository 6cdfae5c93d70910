"""Reads a `pipelineJob` or `pipelineComponent`, of our own or by others, as a drawing; every fault has its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from mlops.formats.arrangement import arranged
from mlops.formats.azureml.faults import Faults, Faulty
from mlops.formats.azureml.job import job_kind
from mlops.formats.azureml.job_fields import (
    INPUT_FIELDS,
    Given,
    JobFacts,
    Wanted,
    converted,
    read_facts,
    read_given,
    read_wanted,
)
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.parallel_plan import PLAN_FIELDS
from mlops.formats.azureml.placing import compute_named, read_demand
from mlops.formats.azureml.values import FILE_FORMS, TYPE_OF
from mlops.formats.component import Component
from mlops.formats.definition import End
from mlops.formats.demand import Demand, asking
from mlops.formats.document import Document, DrawnNode, Group, Note, PipelineParameter, Place
from mlops.formats.pipeline import DATASET_COMPONENT, Edge
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _

KNOWN = {
    "$schema", "type", "name", "version", "display_name", "description", "inputs", "outputs", "jobs", "tags",
    "experiment_name", "settings", "properties", "compute", "resources",
}  # fmt: skip
WITHOUT_MEANING = {
    "identity", "services", "limits", "schedule", "is_deterministic", "source_job_id", "default_compute",
    "job_tier", "queue_settings", "default_datastore", "creation_context", "id", "status",
}  # fmt: skip
OF_THE_JOB = ("experiment_name", "settings")
"""What only a run of it uses: a draft has no place for it."""

JOB_KNOWN = {
    "type", "component", "inputs", "outputs", "display_name", "comment", "properties", "description", "name", "compute",
    "resources",
}  # fmt: skip
JOB_WITHOUT_MEANING = {
    "limits", "distribution", "environment_variables", "tags", "identity", "services",
    "queue_settings", "experiment_name", "is_deterministic", "$schema", "version", "job_tier", "settings",
}  # fmt: skip
OVER_THE_COMPONENT = frozenset({"resources", "limits", "distribution", "environment_variables"})
"""Fields by which a job changes what its component says, where it runs and is not only drawn."""

SETTINGS = {
    "default_compute", "default_datastore", "continue_on_step_failure", "force_rerun",
    "continue_run_on_failed_optional_input", "on_init", "on_finalize",
}  # fmt: skip
FLAGS = ("continue_on_step_failure", "force_rerun", "continue_run_on_failed_optional_input")
INLINE = frozenset({"component", "comment", "limits", "compute", "resources"})
PARENT_INPUT = re.compile(r"\$\{\{\s*parent\.inputs\.([A-Za-z0-9_.]+?)(?:\.path)?\s*\}\}")
PARENT_JOB = re.compile(r"\$\{\{\s*parent\.jobs\.([A-Za-z0-9_]+)\.outputs\.([A-Za-z0-9_]+)\s*\}\}")
PARENT_OUTPUT = re.compile(r"\$\{\{\s*parent\.outputs\.([A-Za-z0-9_]+)\s*\}\}")
PARAMETER = "$parameter"
PREFIX = "mlops."
SIMPLE = {bool: "boolean", int: "integer", float: "decimal", str: "string"}
OURS = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean"}
NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")

Forms = Callable[[str, str], str]
"""In which form the output of another job of the file is given, or (without a job) an input of the pipeline; empty
where that is not known."""


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """The component of a job, and the forms of its outputs as far as they are known."""

    component: Component
    forms: Mapping[str, str] = {}


Resolve = Callable[[Path, dict[str, Any], Forms], Used]
"""The component of a job at a path of the file. Raises Refusal; may register what the file brings along."""

Locate = Callable[[Given], dict[str, Any]]
"""The parameters of the data node of what is given. Raises Refusal where there is no such data."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    continue_on_step_failure: bool = False
    force_rerun: bool = False
    continue_run_on_failed_optional_input: bool = True


class ReadPipeline(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs` and `outputs`: of a pipeline component, its ports with the inner ends. `wanted`: what outputs of jobs
    become, by node and port."""

    document: Document
    name: str
    version: str
    title: str
    help: str
    inputs: dict[str, tuple[End, ...]]
    outputs: dict[str, End]
    wanted: dict[tuple[str, str], Wanted]
    settings: Settings
    facts: JobFacts
    warnings: tuple[str, ...]


class ImportImpossible(Faulty):
    """Carries every fault, each with its line."""

    def __init__(self, faults: list[Refusal]) -> None:
        super().__init__(faults)
        self.code = faults[0].code if len(faults) == 1 else "import_impossible"


def read_pipeline(
    source: Source, layout: dict[str, Any], resolve: Resolve, locate: Locate, *, runs: bool = False
) -> ReadPipeline:
    """`runs`: it is read to run at once, so that every required input must be given, and jobs may change what their
    components say. Raises ImportImpossible with every fault."""
    reader = _Reader(source, layout, resolve, locate, runs=runs)
    reader.read()
    faults = Faults(source)
    facts = read_facts(source, (), faults)
    if reader.faults or faults.found:
        raise ImportImpossible([*reader.faults, *faults.found])
    found = fields(source)
    return ReadPipeline(
        document=reader.document(),
        name=str(found.get("name") or ""),
        version="" if found.get("version") is None else str(found["version"]),
        title=str(found.get("display_name") or found.get("name") or ""),
        help=str(found.get("description") or ""),
        inputs={name: tuple(ends) for name, ends in reader.ends.items()},
        outputs=_ordered(reader.outs, found.get("outputs") or {}),
        wanted=reader.wanted,
        settings=reader.settings,
        facts=facts,
        warnings=tuple(reader.warnings),
    )


class _Reader:
    def __init__(self, source: Source, layout: dict[str, Any], resolve: Resolve, locate: Locate, *, runs: bool) -> None:
        self.source, self.resolve, self.locate, self.runs = source, resolve, locate, runs
        self.settings = Settings()
        self.wanted: dict[tuple[str, str], Wanted] = {}
        self.own_outputs: dict[str, Wanted] = {}
        self.faults: list[Refusal] = []
        self.warnings: list[str] = []
        self.nodes: dict[str, DrawnNode] = {}
        self.defaults: dict[Literal["demand"], Demand] = {}
        self.edges: list[Edge] = []
        self.parameters: dict[str, PipelineParameter] = {}
        self.ends: dict[str, list[End]] = {}
        self.outs: dict[str, End] = {}
        self.layout = layout
        self.places: dict[str, Any] = layout.get("nodes") or {}
        self.components: dict[str, Component] = {}
        self.made: dict[str, Mapping[str, str]] = {}
        """Job to the forms of its outputs."""
        self.forms: dict[str, str] = {}
        """In which form the pipeline's inputs are given."""
        self.data: dict[str, str] = {}
        """Input name to the id of the data node that it is."""

    def read(self) -> None:
        found = fields(self.source)
        for name in found:
            if name in WITHOUT_MEANING or (not self.runs and self._is_of_the_job(name, found[name])):
                self.warnings.append(self._said((name,), f"“{name}” has no meaning here"))
            elif name not in KNOWN:
                self.faults.append(self.source.unknown(name, KNOWN | WITHOUT_MEANING, at=(), kind="a pipeline"))
        self._guarded(self._settings)
        self._guarded(self._default_demand)
        given = found.get("inputs") or {}
        for name, one in given.items():
            self._guarded(lambda name=name, one=one: self._input(str(name), one))  # type: ignore[misc]
        for name, one in (found.get("outputs") or {}).items():
            self._guarded(lambda name=name, one=one: self._output(str(name), one))  # type: ignore[misc]
        jobs = found.get("jobs")
        if not isinstance(jobs, dict) or not jobs:
            jobs = {}
            if not given:
                self.faults.append(self.source.refuse("jobs_missing", _("A pipeline needs `jobs`."), at=("jobs",)))
        for name in _components_first(jobs):
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
        layout |= arranged([node for node in ids if node not in layout], self.edges)
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
            defaults=self.defaults,
        )

    # -- the pipeline's own

    def _settings(self) -> None:
        given = fields(self.source).get("settings") or {}
        if not given or not self.runs:
            return
        for name in fields(self.source, ("settings",)):
            place = ("settings", name)
            if name not in SETTINGS:
                self.faults.append(self.source.unknown(name, SETTINGS, at=("settings",), kind=_("the settings")))
            elif name not in FLAGS and name != "default_compute":
                self.warnings.append(self._said(place, f"“{name}” has no meaning here"))
            elif name in FLAGS and not isinstance(given[name], bool):
                self.faults.append(
                    self.source.refuse("value_unfit", _("“%(name)s” is true or false.") % {"name": name}, at=place)
                )
        self.settings = Settings(
            continue_on_step_failure=given.get("continue_on_step_failure") is True,
            force_rerun=given.get("force_rerun") is True,
            continue_run_on_failed_optional_input=given.get("continue_run_on_failed_optional_input") is not False,
        )

    @staticmethod
    def _is_of_the_job(name: str, given: Any) -> bool:
        """A drawing has a default compute, and none of the other settings."""
        return name in OF_THE_JOB and not (isinstance(given, dict) and set(given) == {"default_compute"})

    def _default_demand(self) -> None:
        found = fields(self.source)
        settings = found.get("settings")
        usual = settings.get("default_compute") if isinstance(settings, dict) else None
        compute = found.get("compute") or usual
        demand = read_demand(self.source, (), compute=compute, warnings=self.warnings)
        self.defaults = {} if demand.is_any else {"demand": demand}

    def _output(self, name: str, given: Any) -> None:
        if self.runs or not isinstance(given, str):
            self.own_outputs[name] = read_wanted(self.source, ("outputs", name), given)

    def _input(self, name: str, given: Any) -> None:
        at = ("inputs", name)
        if isinstance(given, dict) and given and not {str(key) for key in given} & INPUT_FIELDS:
            for inner, one in given.items():
                self._input(f"{name}.{inner}", one)
            return
        if not isinstance(given, dict):
            self.parameters[_flat(name)] = PipelineParameter(type=SIMPLE.get(type(given), "string"), default=given)  # type: ignore[arg-type]
            return
        kind = str(given.get("type") or ("uri_folder" if "path" in given else "string"))
        if kind in OURS:
            default = given.get("default", given.get("value"))
            help = str(given.get("description") or "")
            self.parameters[_flat(name)] = PipelineParameter(type=OURS[kind], default=default, help=help)  # type: ignore[arg-type]
            return
        if kind not in FILE_FORMS:
            hint = nearest(kind, {*OURS, *FILE_FORMS})
            raise self.source.refuse(
                "type_unknown", _("“%(kind)s” is no type of an input.") % {"kind": kind}, at=(*at, "type"), hint=hint
            )
        if "path" not in given:
            self.ends.setdefault(name, [])
            return
        read = read_given(self.source, at, given)
        self.forms[name] = read.type
        parameters = self.locate(read)
        helps = self.layout.get("dataset_parameters") or {}
        # Without a layout it is somebody's own file, no export: all inputs may be given anew, as Azure ML has it.
        if "dataset" in parameters and (name in helps or not self.layout):
            default = {"dataset": parameters["dataset"], "version": parameters.get("version")}
            help = str((helps[name] if self.layout else given.get("description")) or "")
            self.parameters[name] = PipelineParameter(type="dataset", default=default, help=help)
            readers = {place: entry for place, entry in self.places.items() if entry.get("input") == name}
            for place, entry in (readers if self.layout else {name: {}}).items():
                self._data_node(self._id(place), {"dataset": {PARAMETER: name}}, entry)
                self.data.setdefault(name, self._id(place))
            return
        self.data[name] = self._id(name)
        self._data_node(self.data[name], parameters, self.places.get(name) or {})

    def _data_node(self, node: str, parameters: dict[str, Any], entry: dict[str, Any]) -> None:
        extras: dict[str, Any] = {
            key: entry[key] for key in ("title", "comment", "mode", "regenerate", "pins") if key in entry
        }
        if "uri" in parameters:
            extras.setdefault("title", str(parameters["uri"])[-200:])
        plain: dict[str, Any] = {
            "component": DATASET_COMPONENT,
            "version": "1",
            "parameters": dict(parameters, **(entry.get("parameters") or {})),
            **extras,
        }
        self.nodes[node] = msgspec.convert(plain, type=DrawnNode)

    # -- jobs

    def _component(self, name: str) -> None:
        at = ("jobs", name)
        job = fields(self.source, at)
        if not NAME.fullmatch(name):
            hint = _("Use letters, digits, “_” and “-”.")
            raise self.source.refuse(
                "name_invalid", _("“%(name)s” cannot be the name of a job.") % {"name": name}, at=at, hint=hint
            )
        job_kind(self.source, at)
        used = self.resolve(at, job, self._form_of)
        self.components[name], self.made[name] = used.component, used.forms

    def _form_of(self, job: str, output: str) -> str:
        if not job:
            return self.forms.get(output, "")
        found = ((fields(self.source, ("jobs",)).get(job) or {}).get("outputs") or {}).get(output)
        if isinstance(found, dict) and found.get("type"):
            return str(found["type"])
        return self.made.get(job, {}).get(output, "")

    def _job(self, name: str) -> None:
        at, component = ("jobs", name), self.components[name]
        job = fields(self.source, at)
        inline = "component" not in job
        for field in job:
            if field in OVER_THE_COMPONENT and self.runs:
                continue
            if field in PLAN_FIELDS and job.get("type") == "parallel" and self.runs:
                continue
            if field in JOB_WITHOUT_MEANING and not inline:
                self.warnings.append(self._said((*at, field), f"“{field}” has no meaning here"))
            elif field not in JOB_KNOWN and not inline:
                known = JOB_KNOWN | JOB_WITHOUT_MEANING
                self.faults.append(self.source.unknown(field, known, at=at, kind="a job"))
        node = self._id(name)
        parameters: dict[str, Any] = {}
        given = job.get("inputs") or {}
        for key, value in given.items():
            self._guarded(lambda k=str(key), v=value: self._bind(name, node, component, k, v, parameters))  # type: ignore[misc]
        if self.runs:
            self._require_inputs(at, component, {str(key) for key in given})
        for key, value in (job.get("outputs") or {}).items():
            self._guarded(lambda k=str(key), v=value: self._job_output((*at, "outputs", k), node, component, v))  # type: ignore[misc]
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
            "regenerate": str(properties.get("regenerate", "")).lower() == "true" or self.settings.force_rerun,
            "pins": json.loads(properties.get("pins", "{}")),
            "demand": self._demand(at, job, inline=inline),
        }
        if plain["title"] == component.title and inline:
            plain["title"] = ""
        self.nodes[node] = msgspec.convert(plain, type=DrawnNode)

    def _demand(self, at: Path, job: dict[str, Any], *, inline: bool) -> Demand:
        """What a component that is written in the job itself asks for is the component's."""
        if inline:
            return asking(compute=compute_named(job.get("compute")))
        warnings = None if self.runs else self.warnings
        return read_demand(self.source, at, compute=job.get("compute"), warnings=warnings)

    def _require_inputs(self, at: Path, component: Component, given: set[str]) -> None:
        missing = [one.name for one in component.inputs if not one.optional]
        missing += [one.name for one in component.parameters if one.required and one.default is None]
        for name in missing:
            if name not in given:
                message = _("“%(at)s” gives no value to the input “%(name)s” of “%(name_2)s”.") % {
                    "at": at[-1],
                    "name": name,
                    "name_2": component.name,
                }
                self.faults.append(
                    self.source.refuse(
                        "input_missing",
                        message,
                        at=(*at, "inputs"),
                        hint=_("Write inputs: %(name)s: …") % {"name": name},
                    )
                )

    def _job_output(self, at: Path, node: str, component: Component, value: Any) -> None:
        port = str(at[-1])
        known = [one.name for one in component.outputs]
        if port not in known:
            hint = nearest(port, known) or (_("It has: %(join)s.") % {"join": ", ".join(known) or _("none")})
            raise self.source.refuse(
                "output_unknown",
                _("“%(name)s” has no output “%(port)s”.") % {"name": component.name, "port": port},
                at=at,
                hint=hint,
            )
        wanted = read_wanted(self.source, at, value)
        outer = PARENT_OUTPUT.fullmatch(wanted.path)
        if outer is None:
            if wanted.asset or wanted.path:
                self.wanted[node, port] = wanted
            return
        declared = fields(self.source).get("outputs") or {}
        if outer[1] not in declared:
            hint = nearest(outer[1], declared) or (_("It has: %(join)s.") % {"join": ", ".join(declared) or _("none")})
            raise self.source.refuse(
                "output_unknown", _("The pipeline has no output “%(outer)s”.") % {"outer": outer[1]}, at=at, hint=hint
            )
        self.outs[outer[1]] = End(node=node, port=port)
        if outer[1] in self.own_outputs:
            self.wanted[node, port] = self.own_outputs[outer[1]]

    def _bind(
        self, name: str, node: str, component: Component, key: str, value: Any, parameters: dict[str, Any]
    ) -> None:
        at = ("jobs", name, "inputs", key)
        port = next((one for one in component.inputs if one.name == key), None)
        definition = component.parameter(key)
        if port is None and definition is None:
            known = [*(one.name for one in component.inputs), *(one.name for one in component.parameters)]
            hint = nearest(key, known) or (_("It has: %(join)s.") % {"join": ", ".join(known) or _("none")})
            raise self.source.refuse(
                "input_unknown",
                _("“%(name)s” has no input “%(key)s”.") % {"name": component.name, "key": key},
                at=at,
                hint=hint,
            )
        plain = value
        if isinstance(value, dict):
            plain = value["path"] if "path" in value else value.get("value", value.get("default"))
        text = plain.strip() if isinstance(plain, str) else ""
        from_job, from_input = PARENT_JOB.fullmatch(text), PARENT_INPUT.fullmatch(text)
        if from_job:
            if port is None:
                hint = _("Bind it to a value or to ${{parent.inputs.NAME}}.")
                raise self.source.refuse(
                    "value_expected", _("“%(key)s” takes a value, not an output.") % {"key": key}, at=at, hint=hint
                )
            self._link(from_job[1], from_job[2], node, key, at)
        elif from_input:
            self._from_input(from_input[1], node, key, port is not None, parameters, at)
        elif port is not None:
            given = value if isinstance(value, dict) else {"path": text}
            data = f"{node}-{key}"[:100]
            self._data_node(data, self.locate(read_given(self.source, at, given)), {})
            self.edges.append(Edge(source=data, source_port="dataset", target=node, target_port=key))
        elif "${{" in text:
            raise self.source.refuse("expression_unknown", _("“%(text)s” has no value here.") % {"text": text}, at=at)
        else:
            assert definition is not None
            kind = TYPE_OF.get(definition.type, "string")
            if kind != "string" and isinstance(plain, str):
                plain = converted(self.source, at, kind, plain)
            parameters[key] = _value(plain, definition.type)

    def _link(self, source: str, source_port: str, node: str, port: str, at: Path) -> None:
        component = self.components.get(source)
        if component is None:
            if source not in fields(self.source, ("jobs",)):
                hint = nearest(source, self.components) or _("Name a job of this pipeline.")
                raise self.source.refuse(
                    "job_unknown", _("There is no job “%(source)s”.") % {"source": source}, at=at, hint=hint
                )
            return
        known = [one.name for one in component.outputs]
        if source_port not in known:
            hint = nearest(source_port, known) or (_("It has: %(join)s.") % {"join": ", ".join(known) or _("none")})
            message = _("“%(source)s” has no output “%(source_port)s”.") % {
                "source": source,
                "source_port": source_port,
            }
            raise self.source.refuse("output_unknown", message, at=at, hint=hint)
        edge = Edge(source=self._id(source), source_port=source_port, target=node, target_port=port)
        self.edges.append(edge)

    def _from_input(
        self, wanted: str, node: str, key: str, is_port: bool, parameters: dict[str, Any], at: Path
    ) -> None:
        wanted = wanted if is_port else _flat(wanted)
        if is_port and wanted in self.data:
            entry = next((self._id(n) for n, e in self.places.items() if e.get("input") == wanted), self.data[wanted])
            self.edges.append(Edge(source=entry, source_port="dataset", target=node, target_port=key))
        elif is_port and wanted in self.ends:
            self.ends[wanted].append(End(node=node, port=key))
        elif not is_port and wanted in self.parameters:
            parameters[key] = {PARAMETER: wanted}
        else:
            known = {*self.data, *self.ends} if is_port else set(self.parameters)
            hint = nearest(wanted, known) or (_("It has: %(join)s.") % {"join": ", ".join(sorted(known)) or _("none")})
            raise self.source.refuse(
                "input_unknown",
                _("The pipeline has no such input “%(wanted)s”.") % {"wanted": wanted},
                at=at,
                hint=hint,
            )

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
            self.faults.append(
                self.source.refuse("yaml_unfit", _("This cannot be read: %(error)s.") % {"error": error})
            )


def _flat(name: str) -> str:
    """An input of a group, as a parameter is called."""
    return name.replace(".", "_")


def _components_first(jobs: dict[str, Any]) -> list[str]:
    """Those with a component of their own tell the forms of their outputs to those without."""
    return sorted(jobs, key=lambda name: not (isinstance(jobs[name], dict) and "component" in jobs[name]))


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
