"""What a container of a deployment is made of: names, labels, limits. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.formats.deployment import DeploymentSettings

LABEL = "mlops.studio"
"""Names the studio whose container it is: several may share an engine."""
PORT = 5001
"""Where the server in an image answers; an own image may expose another one."""
PIDS = 512
LOG = {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
USER = "10001:10001"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One container that is to run."""

    deployment: str
    """The deployment's id."""
    endpoint_name: str
    deployment_name: str
    model: str
    revision: int
    replica: int
    image: str
    settings: DeploymentSettings
    studio: str

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.deployment, self.revision, self.replica)

    @property
    def name(self) -> str:
        """For people: it is found by its labels."""
        plain = re.sub(r"[^a-zA-Z0-9]+", "-", f"{self.endpoint_name}-{self.deployment_name}").lower()
        return f"mlops-{plain[:60]}-{self.deployment[:8]}-r{self.revision}-{self.replica}"

    @property
    def labels(self) -> dict[str, str]:
        return {
            LABEL: self.studio,
            "mlops.deployment": self.deployment,
            "mlops.revision": str(self.revision),
            "mlops.replica": str(self.replica),
            "mlops.endpoint": f"{self.endpoint_name}/{self.deployment_name}",
            "mlops.model": self.model,
        }


def studio_name(secret: str) -> str:
    """Of this installation, as a label; it tells nothing of the secret."""
    return hashlib.sha256(b"mlops docker target " + secret.encode()).hexdigest()[:16]


def host_config(
    settings: DeploymentSettings,
    *,
    publish: str,
    port: int | None,
    inner: int = PORT,
    network: str = "",
    binds: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Arguments of docker's `create_host_config`. `port` on the engine's machine leads to `inner` of the container,
    which is read-only, without privileges, and bounded in memory, processors and processes; an engine that stops and
    starts again starts it again."""
    config: dict[str, Any] = {
        "read_only": True,
        "tmpfs": {"/tmp": "rw,noexec,nosuid,size=256m"},  # noqa: S108  # nosec B108
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "mem_limit": settings.memory_bytes,
        "memswap_limit": settings.memory_bytes,
        "nano_cpus": int(settings.cpus * 1e9),
        "pids_limit": PIDS,
        "init": True,
        "restart_policy": {"Name": "unless-stopped"},
        "log_config": LOG,
        "port_bindings": {f"{inner}/tcp": (publish, port)},
    }
    if binds:
        config["binds"] = dict(binds)
    if network:
        config["network_mode"] = network
    if settings.gpus:
        config["device_requests"] = [{"Driver": "", "Count": settings.gpus, "Capabilities": [["gpu"]]}]
    return config


def user_of(image: Mapping[str, Any]) -> str:
    """An image that would run as root runs as nobody in particular."""
    user = str((image.get("Config") or {}).get("User") or "")
    return USER if user.partition(":")[0] in ("", "0", "root") else user


def port_range(text: str) -> range | None:
    """`31000-31050`; None where the engine chooses. Raises ValueError."""
    if not text:
        return None
    first, _dash, last = text.partition("-")
    ports = range(int(first), int(last or first) + 1)
    if not ports or ports[0] < 1 or ports[-1] > 65_535:
        raise ValueError(text)
    return ports
