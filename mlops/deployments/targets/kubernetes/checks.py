"""What the published schemas do not catch: names, labels, selectors that match nothing, quantities, dangling routes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlops.clusters.kubernetes.names import DNS_LABEL, LABEL_VALUE, VARIABLE
from mlops.clusters.kubernetes.quantities import amount

Manifest = dict[str, Any]
MOST_ANNOTATION_BYTES = 256 * 1024


def problems(objects: Sequence[Manifest], *, known_services: Sequence[str] = ()) -> list[str]:
    """In plain words, each beginning with the object's kind and name; empty when all is well.

    `known_services` exist already, though they are not among the objects."""
    pods = [one for one in objects if one["kind"] == "Deployment"]
    services = {one["metadata"]["name"] for one in objects if one["kind"] == "Service"} | set(known_services)
    found = []
    for one in objects:
        where = f"{one['kind']} “{one['metadata']['name']}”"
        said = [*_metadata(one), *_by_kind(one, pods, services)]
        found += [f"{where}: {text}." for text in said]
    return found + _twice(objects)


def _metadata(one: Manifest) -> Iterator[str]:
    metadata = one["metadata"]
    if not DNS_LABEL.fullmatch(metadata["name"]):
        yield "its name is not of lower-case letters, digits and “-” (at most 63)"
    namespace = metadata.get("namespace", "default")
    if not DNS_LABEL.fullmatch(namespace):
        yield f"“{namespace}” cannot be a namespace (lower-case letters, digits and “-”, at most 63)"
    for name, value in metadata.get("labels", {}).items():
        if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
            yield f"the label {name} cannot be “{value}”"
    size = sum(len(name) + len(str(value).encode()) for name, value in metadata.get("annotations", {}).items())
    if size > MOST_ANNOTATION_BYTES:
        yield f"its annotations have {size} bytes; {MOST_ANNOTATION_BYTES} are allowed"


def _by_kind(one: Manifest, pods: Sequence[Manifest], services: set[str]) -> Iterator[str]:
    spec, kind = one.get("spec", {}), one["kind"]
    if kind == "Deployment":
        yield from _deployment(spec)
    elif kind == "Service":
        yield from _selects(spec["selector"], pods)
        yield from _ports([port["targetPort"] for port in spec["ports"]], spec["selector"], pods)
    elif kind == "PodDisruptionBudget":
        yield from _selects(spec["selector"]["matchLabels"], pods)
    elif kind == "NetworkPolicy":
        yield from _selects(spec["podSelector"]["matchLabels"], pods)
    elif kind == "HorizontalPodAutoscaler":
        yield from _autoscaler(spec, pods)
    elif kind == "HTTPRoute":
        yield from _route(spec, services)


def _deployment(spec: Manifest) -> Iterator[str]:
    labels = spec["template"]["metadata"].get("labels", {})
    if not _matches(spec["selector"]["matchLabels"], labels):
        yield "its selector does not match the labels of its own pods"
    for container in spec["template"]["spec"]["containers"]:
        yield from _resources(container.get("resources", {}))
        names = [port.get("name") for port in container.get("ports", [])]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            port = container.get(probe, {}).get("httpGet", {}).get("port")
            if isinstance(port, str) and port not in names:
                yield f"the {probe} asks at the port “{port}”, which the container does not have"
        for variable in container.get("env", []):
            if not VARIABLE.fullmatch(variable["name"]):
                yield f"“{variable['name']}” cannot be the name of an environment variable"


def _resources(resources: Manifest) -> Iterator[str]:
    amounts: dict[tuple[str, str], Any] = {}
    for part, values in resources.items():
        for name, text in values.items():
            try:
                amounts[part, name] = amount(text)
            except ValueError:
                yield f"“{text}” is no quantity ({part}.{name}; such as 500m or 512Mi)"
    for (part, name), least in amounts.items():
        if part == "requests" and least > amounts.get(("limits", name), least):
            yield f"it asks for more {name} than its limit allows"


def _selects(selector: Manifest, pods: Sequence[Manifest]) -> Iterator[str]:
    if not any(_matches(selector, _labels(one)) for one in pods):
        yield "its selector matches no pods of this deployment"


def _ports(wanted: Sequence[Any], selector: Manifest, pods: Sequence[Manifest]) -> Iterator[str]:
    ports = [
        port
        for one in pods
        if _matches(selector, _labels(one))
        for container in one["spec"]["template"]["spec"]["containers"]
        for port in container.get("ports", [])
    ]
    have = {port.get("name") for port in ports} | {port["containerPort"] for port in ports}
    yield from (f"its pods have no port “{port}”" for port in wanted if have and port not in have)


def _autoscaler(spec: Manifest, pods: Sequence[Manifest]) -> Iterator[str]:
    target = spec["scaleTargetRef"]["name"]
    scaled = [one for one in pods if one["metadata"]["name"] == target]
    if not scaled:
        yield f"there is no Deployment “{target}” to scale"
    if any("replicas" in one["spec"] for one in scaled):
        yield "the Deployment that it scales sets its replicas as well; the two would fight"
    if spec["minReplicas"] > spec["maxReplicas"]:
        yield f"at least {spec['minReplicas']} instances are more than at most {spec['maxReplicas']}"


def _route(spec: Manifest, services: set[str]) -> Iterator[str]:
    for rule in spec["rules"]:
        backends = rule.get("backendRefs", [])
        mirrored = [one["requestMirror"]["backendRef"] for one in rule.get("filters", []) if "requestMirror" in one]
        for backend in (*backends, *mirrored):
            if backend["name"] not in services:
                yield f"there is no service “{backend['name']}” to send requests to"
        if sum(backend.get("weight", 1) for backend in backends) <= 0:
            yield "no deployment has traffic, so every request would be answered 500"


def _twice(objects: Sequence[Manifest]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    found = []
    for one in objects:
        key = (one["kind"], one["metadata"]["name"])
        if key in seen:
            found.append(f"{key[0]} “{key[1]}”: it is there twice.")
        seen.add(key)
    return found


def _labels(one: Manifest) -> Manifest:
    labels: Manifest = one["spec"]["template"]["metadata"].get("labels", {})
    return labels


def _matches(selector: Manifest, labels: Manifest) -> bool:
    return bool(selector) and all(labels.get(name) == value for name, value in selector.items())
