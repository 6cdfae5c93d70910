"""The shape of a deployment manifest: which fields there are, of which types, and which must not be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

Filled = Annotated[str, msgspec.Meta(min_length=1)]
Address = Annotated[str, msgspec.Meta(pattern=r"^\S+$")]
Order = Annotated[int, msgspec.Meta(ge=0, le=4_294_967_295)]
Status = Literal["running", "stopped"]
Restart = Literal["never", "on-failure", "on-unhealthy", "always"]
Pull = Literal["on-create", "never"]


class _Strict(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    pass


class _Variable(_Strict, kw_only=True):
    value: str | float | int | bool


class _Agent(_Strict, kw_only=True):
    type: Literal["docker"]
    settings: dict[str, Any]
    env: dict[str, _Variable] = {}
    image_pull_policy: Pull = "on-create"


class _Module(_Strict, kw_only=True):
    type: Literal["docker"]
    status: Status
    restart_policy: Restart
    settings: dict[str, Any]
    version: str = ""
    env: dict[str, _Variable] = {}
    image_pull_policy: Pull = "on-create"
    startup_order: Order = 4_294_967_295


class _Credentials(_Strict, kw_only=True):
    username: str
    password: str
    address: Address


class _RuntimeSettings(_Strict, kw_only=True):
    min_docker_version: str = ""
    logging_options: str = ""
    registry_credentials: dict[str, _Credentials] = {}


class _Runtime(_Strict, kw_only=True):
    type: Literal["docker"]
    settings: _RuntimeSettings


class _SystemModules(_Strict, kw_only=True):
    edge_agent: _Agent
    edge_hub: _Module


class _AgentTwin(_Strict, kw_only=True):
    schema_version: Literal["1.0", "1.1"]
    runtime: _Runtime
    system_modules: _SystemModules
    modules: dict[str, _Module]


class _Route(_Strict, kw_only=True):
    route: Filled
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] | msgspec.UnsetType = msgspec.UNSET
    time_to_live_secs: Order | msgspec.UnsetType = msgspec.UNSET


class _Keeping(_Strict, kw_only=True):
    time_to_live_secs: Order


class _HubTwin(_Strict, kw_only=True):
    schema_version: Literal["1.0", "1.1"]
    routes: dict[str, _Route | Filled]
    store_and_forward_configuration: _Keeping


def misfits(manifest: Mapping[str, Any]) -> list[str]:
    """Where the manifest has not the shape that it must have, with the path; at most one for each twin."""
    content = manifest.get("modulesContent")
    if not isinstance(content, dict) or set(manifest) != {"modulesContent"}:
        return ["A deployment manifest is {“modulesContent”: {…}} and nothing beside it."]
    twins: tuple[tuple[str, type], ...] = (("$edgeAgent", _AgentTwin), ("$edgeHub", _HubTwin))
    found = []
    for name, twin in content.items():
        if not isinstance(twin, dict) or set(twin) != {"properties.desired"}:
            found.append(f"“{name}” must hold “properties.desired” and nothing else.")
    for name, shape in twins:
        if name not in content:
            found.append(f"“{name}” is missing.")
            continue
        try:
            msgspec.convert((content[name] or {}).get("properties.desired"), shape)
        except msgspec.ValidationError as error:
            found.append(f"{name}: {error}.")
    return found
