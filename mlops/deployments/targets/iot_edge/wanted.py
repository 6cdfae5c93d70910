"""What runs on a device: modules, the routes between them, the registries that their images come from. Plain values."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import msgspec

INPUT, OUTPUT = "amlInput", "amlOutput"
"""Where a scoring module reads rows and writes answers, as Azure's do."""
UPSTREAM = "$upstream"
SCORING_PORT = 8080
NAME = r"^[a-zA-Z0-9_-]{1,128}$"


class Module(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    image: str
    """With a tag or digest, such as `registry/prices:3` or `registry/prices@sha256:…`."""
    create_options: dict[str, Any] = {}
    """As Docker's API takes them when it makes a container."""
    environment: dict[str, str | int | float | bool] = {}
    restart_policy: Literal["never", "on-failure", "on-unhealthy", "always"] = "always"
    status: Literal["running", "stopped"] = "running"
    startup_order: int | None = None
    """Those with lower numbers start first."""
    image_pull_policy: Literal["on-create", "never"] = "on-create"
    version: str = ""
    desired: dict[str, Any] = {}
    """Its module twin's desired properties."""
    input: str = INPUT
    output: str = OUTPUT


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    text: str
    """`FROM <source> [WHERE <condition>] INTO <sink>`."""
    priority: int | None = None
    """0 (first) to 9; None: after all that have one."""
    seconds_to_live: int | None = None
    """None: as long as the hub keeps messages."""


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    address: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Registry({self.address!r}, {self.user!r})"


class EdgeDeployment(msgspec.Struct, frozen=True, kw_only=True):
    modules: tuple[Module, ...]
    routes: tuple[Route, ...]
    registries: tuple[Registry, ...] = ()
    seconds_kept: int = 7200
    """How long the hub keeps messages while there is no connection."""
    agent_image: str = "mcr.microsoft.com/azureiotedge-agent:1.5"
    hub_image: str = "mcr.microsoft.com/azureiotedge-hub:1.5"
    hub_create_options: dict[str, Any] = msgspec.field(default_factory=lambda: _listening(443, 5671, 8883))


def chain(*modules: Module, source: str = "/messages/*") -> tuple[Route, ...]:
    """Routes that hand each message from module to module, and the last one's answers to the cloud."""
    first = f"FROM {source} WHERE NOT IS_DEFINED($connectionModuleId) INTO {into(modules[0])}"
    routes = [Route(name=f"to-{modules[0].name}", text=first)]
    for one, following in pairwise(modules):
        routes.append(Route(name=f"{one.name}-to-{following.name}", text=f"FROM {out_of(one)} INTO {into(following)}"))
    last = modules[-1]
    return (*routes, Route(name=f"{last.name}-to-cloud", text=f"FROM {out_of(last)} INTO {UPSTREAM}"))


def into(module: Module) -> str:
    return f'BrokeredEndpoint("/modules/{module.name}/inputs/{module.input}")'


def out_of(module: Module) -> str:
    return f"/messages/modules/{module.name}/outputs/{module.output}"


def _listening(*ports: int) -> dict[str, Any]:
    bindings = {f"{port}/tcp": [{"HostPort": str(port)}] for port in ports}
    return {"HostConfig": {"PortBindings": bindings}}
