"""A drawing as a `pipelineJob` (or `pipelineComponent`), with what only the canvas needs in a layout apart.

Everything has a fixed order, so that equal drawings give equal files and a small change is a small difference."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mlops.formats.azureml.component import write_parameter, write_port
from mlops.formats.azureml.placing import write_resources_of
from mlops.formats.component import Component
from mlops.formats.definition import Graph
from mlops.formats.demand import Demand
from mlops.formats.document import Document, DrawnNode, PipelineParameter
from mlops.formats.pipeline import DATASET_COMPONENT

JOB_SCHEMA = "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json"
COMPONENT_SCHEMA = "https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json"
PARAMETER = "$parameter"
TYPES = {"integer": "integer", "decimal": "number", "boolean": "boolean", "string": "string"}
PROPERTIES = ("mode", "regenerate", "pins")
PREFIX = "mlops."

Definition = Callable[[DrawnNode], Component]
Reference = Callable[[DrawnNode], str]
"""Where the file of a node's component lies, as the pipeline's file writes it; or the component's registered name."""

FormOf = Callable[[DrawnNode, str], str | None]
"""In which form a port of a node is given, where that is known."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    pipeline: dict[str, Any]
    layout: dict[str, Any]


def write_job(document: Document, definition: Definition, reference: Reference, *, name: str, help: str) -> Written:
    names = yaml_names(document)
    job: dict[str, Any] = {"$schema": JOB_SCHEMA, "type": "pipeline", "display_name": name}
    if help:
        job["description"] = help
    job |= _default_demand(document)
    job["inputs"] = _parameters(document) | _data(document, names)
    job["jobs"] = _jobs(document, names, definition, reference, ends={}, outs={})
    return Written(pipeline={key: one for key, one in job.items() if one != {}}, layout=_layout(document, names))


def write_graph(
    component: Component,
    graph: Graph,
    definition: Definition,
    reference: Reference,
    form_of: FormOf,
    *,
    tags: Mapping[str, str] | None = None,
) -> Written:
    """A pipeline component. Its parameters are those of the component, with all that is known of them."""
    document = graph.document
    names = yaml_names(document)
    form: dict[str, Any] = {
        "$schema": COMPONENT_SCHEMA,
        "type": "pipeline",
        "name": component.name,
        "version": component.version,
        "display_name": component.title,
    }
    if component.help:
        form["description"] = component.help
    form["tags"] = dict(tags or {})
    form |= _default_demand(document)
    known = _forms(graph, form_of)
    form["inputs"] = {port.name: write_port(port, known.get(port.name)) for port in component.inputs}
    form["inputs"] |= {one.name: write_parameter(one) for one in component.parameters} | _data(document, names)
    form["outputs"] = {port.name: write_port(port, known.get(port.name), output=True) for port in component.outputs}
    ends = {(end.node, end.port): port for port, inner in graph.inputs.items() for end in inner}
    outs = {(end.node, end.port): port for port, end in graph.outputs.items()}
    form["jobs"] = _jobs(document, names, definition, reference, ends=ends, outs=outs)
    layout = _layout(document, names)
    if document.parameters:
        layout["parameters"] = msgspec.to_builtins(dict(sorted(document.parameters.items())))
    return Written(pipeline={key: one for key, one in form.items() if one != {}}, layout=layout)


def _default_demand(document: Document) -> dict[str, Any]:
    usual = document.defaults.get("demand", Demand())
    settings = {"default_compute": f"azureml:{usual.compute}"} if usual.compute else {}
    return {"settings": settings, "resources": write_resources_of(usual)}


def _forms(graph: Graph, form_of: FormOf) -> dict[str, str]:
    """By port, what its first inner end says."""
    ends = {port: inner[0] for port, inner in graph.inputs.items() if inner} | graph.outputs
    found = {port: form_of(graph.document.nodes[end.node], end.port) for port, end in ends.items()}
    return {port: form for port, form in found.items() if form}


def yaml_names(document: Document) -> dict[str, str]:
    """Node id to a name that the schema takes: lower-case letters, digits and `_`. No two are equal."""
    taken = set(document.parameters)
    found = {}
    for node_id in sorted(document.nodes):
        stem = re.sub(r"[^a-z0-9_]", "_", node_id.lower())
        stem = stem if stem[:1].isalpha() else f"step_{stem}"
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name)
        found[node_id] = name
    return found


def _parameters(document: Document) -> dict[str, Any]:
    return {name: _parameter(one) for name, one in sorted(document.parameters.items())}


def _parameter(one: PipelineParameter) -> Any:
    if one.type == "dataset":
        chosen = one.default or {}
        return {"type": "mltable", "path": _path(chosen.get("dataset"), chosen.get("version"))}
    default = float(one.default) if one.type == "decimal" and isinstance(one.default, int) else one.default
    if default is not None and not one.help:
        return default
    written: dict[str, Any] = {"type": TYPES[one.type]}
    if default is not None:
        written["default"] = default
    return written | ({"description": one.help} if one.help else {})


def _data(document: Document, names: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for node_id, node in sorted(document.nodes.items()):
        if node.component == DATASET_COMPONENT and not _named(node.parameters.get("dataset")):
            found[names[node_id]] = _address(node)
    return found


def _address(node: DrawnNode) -> dict[str, Any]:
    """Of files that are no dataset, what they were called."""
    given = node.parameters
    if given.get("dataset") or "uri" not in given:
        return {"type": "mltable", "path": _path(given.get("dataset"), given.get("version"))}
    return {"type": str(given.get("form") or "uri_folder"), "path": str(given["uri"])}


def _path(dataset: Any, version: Any) -> str:
    return f"azureml:{dataset or ''}:{version}" if version is not None else f"azureml:{dataset or ''}@latest"


def _jobs(
    document: Document,
    names: Mapping[str, str],
    definition: Definition,
    reference: Reference,
    *,
    ends: Mapping[tuple[str, str], str],
    outs: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    jobs = {}
    for node_id, node in sorted(document.nodes.items(), key=lambda item: names[item[0]]):
        if node.component == DATASET_COMPONENT:
            continue
        component = definition(node)
        job: dict[str, Any] = {"type": "command", "component": reference(node)}
        if node.title:
            job["display_name"] = node.title
        if node.comment:
            job["comment"] = node.comment
        if node.demand.compute:
            job["compute"] = f"azureml:{node.demand.compute}"
        job["resources"] = write_resources_of(node.demand)
        job["inputs"] = _bound(document, names, node_id, component, ends) | _values(node, component)
        job["outputs"] = {
            port.name: f"${{{{parent.outputs.{outs[node_id, port.name]}}}}}"
            for port in component.outputs
            if (node_id, port.name) in outs
        }
        plain = msgspec.to_builtins(node)
        job["properties"] = {f"{PREFIX}{key}": _text(plain[key]) for key in PROPERTIES if key in plain}
        jobs[names[node_id]] = {key: one for key, one in job.items() if one != {}}
    return jobs


def _bound(
    document: Document,
    names: Mapping[str, str],
    node_id: str,
    component: Component,
    ends: Mapping[tuple[str, str], str],
) -> dict[str, str]:
    found = {}
    edges = {edge.target_port: edge for edge in document.edges if edge.target == node_id}
    for port in sorted({*edges, *(port for node, port in ends if node == node_id)}, key=_place(component)):
        edge = edges.get(port)
        if edge is None:
            found[port] = f"${{{{parent.inputs.{ends[node_id, port]}}}}}"
            continue
        source = document.nodes[edge.source]
        if source.component == DATASET_COMPONENT:
            name = _named(source.parameters.get("dataset")) or names[edge.source]
            found[port] = f"${{{{parent.inputs.{name}}}}}"
        else:
            found[port] = f"${{{{parent.jobs.{names[edge.source]}.outputs.{edge.source_port}}}}}"
    return found


def _values(node: DrawnNode, component: Component) -> dict[str, Any]:
    """`columns` and other structures as JSON text, because inputs of a component are plain values."""
    found: dict[str, Any] = {}
    for name in sorted(node.parameters, key=_place(component)):
        value = node.parameters[name]
        wanted = _named(value)
        if wanted:
            found[name] = f"${{{{parent.inputs.{wanted}}}}}"
        else:
            found[name] = value if isinstance(value, str | int | float | bool) or value is None else _text(value)
    return found


def _place(component: Component) -> Callable[[str], tuple[int, str]]:
    order = [*(port.name for port in component.inputs), *(one.name for one in component.parameters)]
    return lambda name: (order.index(name) if name in order else len(order), name)


def _named(value: Any) -> str:
    return str(value[PARAMETER]) if isinstance(value, dict) and set(value) == {PARAMETER} else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()


def _layout(document: Document, names: Mapping[str, str]) -> dict[str, Any]:
    nodes = {}
    for node_id, node in sorted(document.nodes.items(), key=lambda item: names[item[0]]):
        place = document.layout.get(node_id)
        entry: dict[str, Any] = {} if node_id == names[node_id] else {"id": node_id}
        entry |= _numbers(msgspec.to_builtins(place)) if place else {}
        if node.component == DATASET_COMPONENT:
            entry |= _data_extras(node)
        nodes[names[node_id]] = entry
    found: dict[str, Any] = {"nodes": nodes}
    for kind, things in (("notes", document.notes), ("groups", document.groups)):
        if things:
            found[kind] = {
                name: msgspec.to_builtins(one)
                | ({"place": _numbers(msgspec.to_builtins(document.layout[name]))} if name in document.layout else {})
                for name, one in sorted(things.items())
            }
    helps = {n: one.help for n, one in sorted(document.parameters.items()) if one.type == "dataset"}
    if helps:
        found["dataset_parameters"] = helps
    return found


def _data_extras(node: DrawnNode) -> dict[str, Any]:
    """What a pipeline's input cannot say of a data node."""
    extras: dict[str, Any] = {}
    wanted = _named(node.parameters.get("dataset"))
    if wanted:
        extras["input"] = wanted
    if node.title:
        extras["title"] = node.title
    if node.comment:
        extras["comment"] = node.comment
    plain = msgspec.to_builtins(node)
    extras |= {key: plain[key] for key in PROPERTIES if key in plain}
    more = {k: v for k, v in plain.get("parameters", {}).items() if k not in ("dataset", "version")}
    if wanted and "version" in node.parameters:
        more["version"] = node.parameters["version"]
    return extras | ({"parameters": more} if more else {})


def _numbers(place: dict[str, Any]) -> dict[str, Any]:
    return {key: int(one) if isinstance(one, float) and one.is_integer() else one for key, one in place.items()}
