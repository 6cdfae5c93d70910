"""Azure IoT Edge's deployment manifest: what `az iot edge set-modules --content FILE` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.deployments.targets.iot_edge.wanted import EdgeDeployment, Module, Registry, Route

Json = dict[str, Any]
CHUNK = 512
"""Letters of one createOptions field; more go on in createOptions01, 02, …"""
MOST_CHUNKS = 8
SCHEMA = "1.1"


def manifest(wanted: EdgeDeployment) -> Json:
    content: Json = {"$edgeAgent": _desired(_agent(wanted)), "$edgeHub": _desired(_hub(wanted))}
    content |= {module.name: _desired(module.desired) for module in wanted.modules if module.desired}
    return {"modulesContent": content}


def as_json(wanted: EdgeDeployment, *, with_secrets: bool = False) -> bytes:
    """For reading and for the hub; passwords only where they are asked for."""
    hidden = tuple(msgspec.structs.replace(one, password="(hidden)") for one in wanted.registries)
    shown = wanted if with_secrets else msgspec.structs.replace(wanted, registries=hidden)
    return msgspec.json.format(msgspec.json.encode(manifest(shown)), indent=2)


def joined_options(settings: Mapping[str, Any]) -> str:
    """The parts of createOptions put together again, as the device's agent does it."""
    parts = [str(settings.get("createOptions", ""))]
    while (name := f"createOptions{len(parts):02d}") in settings:
        parts.append(str(settings[name]))
    return "".join(parts)


def _agent(wanted: EdgeDeployment) -> Json:
    return {
        "schemaVersion": SCHEMA,
        "runtime": {
            "type": "docker",
            "settings": {
                "minDockerVersion": "v1.25",
                "registryCredentials": {one.name: _credentials(one) for one in wanted.registries},
            },
        },
        "systemModules": {
            "edgeAgent": {"type": "docker", "settings": _settings(wanted.agent_image, {})},
            "edgeHub": {
                "type": "docker",
                "status": "running",
                "restartPolicy": "always",
                "startupOrder": 0,
                "settings": _settings(wanted.hub_image, wanted.hub_create_options),
            },
        },
        "modules": {module.name: _module(module) for module in wanted.modules},
    }


def _hub(wanted: EdgeDeployment) -> Json:
    return {
        "schemaVersion": SCHEMA,
        "routes": {route.name: _route(route) for route in wanted.routes},
        "storeAndForwardConfiguration": {"timeToLiveSecs": wanted.seconds_kept},
    }


def _module(module: Module) -> Json:
    made: Json = {
        "type": "docker",
        "status": module.status,
        "restartPolicy": module.restart_policy,
        "imagePullPolicy": module.image_pull_policy,
        "settings": _settings(module.image, module.create_options),
    }
    if module.version:
        made["version"] = module.version
    if module.startup_order is not None:
        made["startupOrder"] = module.startup_order
    if module.environment:
        made["env"] = {name: {"value": value} for name, value in sorted(module.environment.items())}
    return made


def _settings(image: str, options: Mapping[str, Any]) -> Json:
    text = msgspec.json.encode(options, order="deterministic").decode() if options else ""
    parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)] or [""]
    names = ["createOptions", *(f"createOptions{number:02d}" for number in range(1, len(parts)))]
    return {"image": image, **dict(zip(names, parts, strict=True))}


def _route(route: Route) -> Json | str:
    if route.priority is None and route.seconds_to_live is None:
        return route.text
    made: Json = {"route": route.text}
    if route.priority is not None:
        made["priority"] = route.priority
    if route.seconds_to_live is not None:
        made["timeToLiveSecs"] = route.seconds_to_live
    return made


def _credentials(registry: Registry) -> Json:
    return {"username": registry.user, "password": registry.password, "address": registry.address}


def _desired(properties: Json) -> Json:
    return {"properties.desired": properties}
