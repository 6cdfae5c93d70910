"""What the shape alone does not tell: limits of the hub, options that are no JSON, routes into nowhere, images
without a version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mlops.deployments.targets.iot_edge.manifest import MOST_CHUNKS, joined_options
from mlops.deployments.targets.iot_edge.shape import misfits
from mlops.deployments.targets.iot_edge.wanted import NAME

MOST_MODULES = 50
MOST_TWIN_BYTES = 32 * 1024
ROUTE = re.compile(
    r"\s*FROM\s+(?P<source>\S+)(?:\s+WHERE\s+(?P<condition>.+?))?\s+INTO\s+(?P<sink>.+?)\s*", re.I | re.S
)
SOURCE = re.compile(
    r"/(\*|messages(/\*|/modules/(?P<module>[^/]+)(/\*|/outputs(/\*|/[^/]+))?)?|twinChangeNotifications)"
)
SINK = re.compile(r'BrokeredEndpoint\(\s*"/modules/(?P<module>[^/"]+)/inputs/[^/"]+"\s*\)')
IMAGE = re.compile(r"[^\s@]+(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})")


def problems(manifest: Mapping[str, Any]) -> list[str]:
    """In plain words; empty when all is well."""
    found = misfits(manifest)
    if found:
        return found
    content = manifest["modulesContent"]
    agent, hub = (content[name]["properties.desired"] for name in ("$edgeAgent", "$edgeHub"))
    modules = agent["modules"]
    return [*_modules(modules), *_routes(hub["routes"], set(modules)), *_twins(content, set(modules))]


def _modules(modules: Mapping[str, Any]) -> Iterator[str]:
    if not modules:
        yield "It has no module, so nothing would run."
    if len(modules) > MOST_MODULES:
        yield f"It has {len(modules)} modules; a device takes {MOST_MODULES}."
    for name, module in modules.items():
        if not re.match(NAME, name):
            yield f"“{name}” cannot be a module's name: letters, digits, “-” and “_”, at most 128."
        settings = module["settings"]
        image = str(settings.get("image") or "")
        if not IMAGE.fullmatch(image):
            said = f"the image “{image}” has neither tag nor digest" if image else "it names no image"
            yield f"Module “{name}”: {said}, so nobody could tell what runs."
        yield from (f"Module “{name}”: {text}." for text in _options(settings))


def _options(settings: Mapping[str, Any]) -> Iterator[str]:
    known = {"image", "createOptions", *(f"createOptions{number:02d}" for number in range(1, MOST_CHUNKS))}
    for stranger in sorted(set(settings) - known):
        yield f"the setting “{stranger}” means nothing (createOptions go on to createOptions{MOST_CHUNKS - 1:02d})"
    text = joined_options(settings)
    try:
        options = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError as error:
        yield f"its createOptions put together are no JSON: {error}"
        return
    if not isinstance(options, dict):
        yield "its createOptions are no JSON object"


def _routes(routes: Mapping[str, Any], modules: set[str]) -> Iterator[str]:
    for name, route in routes.items():
        if re.search(r"[.$# ]", name):
            yield f"“{name}” cannot be a route's name: no blank, dot, “$” or “#”."
        text = route if isinstance(route, str) else route["route"]
        yield from (f"Route “{name}”: {problem}." for problem in _route(text, modules))


def _route(text: str, modules: set[str]) -> Iterator[str]:
    parts = ROUTE.fullmatch(text)
    if parts is None:
        yield "it does not read FROM <source> [WHERE <condition>] INTO <sink>"
        return
    source, sink = SOURCE.fullmatch(parts["source"].rstrip("/")), SINK.fullmatch(parts["sink"])
    if source is None:
        yield f"“{parts['source']}” is no source of messages, such as /messages/modules/NAME/outputs/*"
    elif source["module"] and source["module"] not in modules:
        yield f"it takes from the module “{source['module']}”, which there is not"
    if sink is None and parts["sink"].lower() != "$upstream":
        yield f'“{parts["sink"]}” is no sink: $upstream, or BrokeredEndpoint("/modules/NAME/inputs/NAME")'
    elif sink is not None and sink["module"] not in modules:
        yield f"it leads into the module “{sink['module']}”, which there is not"


def _twins(content: Mapping[str, Any], modules: set[str]) -> Iterator[str]:
    for name, twin in content.items():
        size = len(msgspec.json.encode(twin["properties.desired"]))
        if size > MOST_TWIN_BYTES:
            yield f"The desired properties of “{name}” have {size} bytes; the hub takes {MOST_TWIN_BYTES}."
        if not name.startswith("$") and name not in modules:
            yield f"“{name}” has desired properties, but there is no such module."
