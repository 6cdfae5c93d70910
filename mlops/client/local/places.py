"""Where local endpoints are kept: a folder an endpoint, in it a folder a deployment with its record, server and log."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec

from mlops import env
from mlops.formats.refusal import Refusal, nearest

NAME = re.compile(r"[A-Za-z]([A-Za-z0-9-]{0,58}[A-Za-z0-9])?")
RECORD, LOG, SERVER = "local.json", "server.log", "server"


class Local(msgspec.Struct, kw_only=True):
    """One local deployment. `started` (Unix seconds) tells its process from a later one with the same number."""

    endpoint: str
    name: str
    model: str
    entry: str
    script: str = ""
    python: str = ""
    port: int
    pid: int = 0
    started: float = 0.0
    debug_port: int = 0
    file: str = ""
    """The YAML that it was made from."""
    log_from: int = 0
    """Where in the log its present process began."""

    @property
    def folder(self) -> Path:
        return root() / self.endpoint / self.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def root() -> Path:
    return env.data_dir() / "local"


def checked(name: str, *, what: str) -> str:
    """Raises Refusal `name_invalid`."""
    if NAME.fullmatch(name):
        return name
    hint = "Use letters, digits and “-”, beginning with a letter; at most 60."
    raise Refusal("name_invalid", f"“{name}” cannot be the name of a local {what}.", hint=hint)


def endpoints() -> list[str]:
    return sorted(place.name for place in root().iterdir() if place.is_dir()) if root().is_dir() else []


def endpoint_folder(name: str) -> Path:
    """Raises Refusal `endpoint_unknown`."""
    folder = root() / name
    if name and folder.is_dir():
        return folder
    hint = nearest(name, endpoints()) or f"Make it with `mlops online-endpoint create --local -n {name or 'NAME'}`."
    raise Refusal("endpoint_unknown", f"There is no local endpoint “{name}”.", hint=hint)


def deployments(endpoint: str) -> list[Local]:
    folder = endpoint_folder(endpoint)
    return [read(path) for path in sorted(folder.glob(f"*/{RECORD}"))]


def deployment(endpoint: str, name: str = "") -> Local:
    """The one of that name, or the only one. Raises Refusal."""
    found = deployments(endpoint)
    if name:
        for one in found:
            if one.name == name:
                return one
        hint = nearest(name, [one.name for one in found])
        raise Refusal("deployment_unknown", f"“{endpoint}” has no local deployment “{name}”.", hint=hint)
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in found)
    hint = f"Name one of {names} with --deployment-name." if found else "Create one with --local."
    raise Refusal("deployment_missing", f"“{endpoint}” has {len(found)} local deployments.", hint=hint)


def read(path: Path) -> Local:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Local)
    except (OSError, msgspec.DecodeError) as error:
        raise Refusal("record_unreadable", f"{path} cannot be read: {error}.", hint="Delete its folder.") from error


def write(local: Local) -> None:
    local.folder.mkdir(parents=True, exist_ok=True)
    part = local.folder / f".{RECORD}"
    part.write_bytes(msgspec.json.encode(local))
    part.replace(local.folder / RECORD)


def forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
