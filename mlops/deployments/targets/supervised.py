"""What supervisors report of scoring servers: the one beside `mlops up`, or one beside each router that shares the data
directory. There each of them runs a copy of every server, and reports into a file of its own."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from mlops.deployments.targets.observed import WORST_FIRST
from mlops.formats.serving import ServerState, ServingState
from mlops.formats.spoken import gettext as _
from mlops.supervisor import kept
from mlops.supervisor.serving import log_name

Key = tuple[str, int, int]
"""Deployment id, revision and port."""
Servers = dict[Key, ServerState]
STATE = "serving-state"
LOGS_KEPT_SECONDS = 7 * 24 * 3600.0
"""After the last line of a router that is gone."""
SILENT_SECONDS = 30.0
"""A supervisor touches its file every few seconds: one that did not for this long is gone."""
FORGOTTEN_SECONDS = 3600.0


def reports(folder: Path) -> list[Servers]:
    """One of each supervisor that lives."""
    now = time.time()
    of_routers = [path for path in folder.glob(f"{STATE}-*.json") if _age(path, now) < SILENT_SECONDS]
    found = (_read(path) for path in of_routers or [folder / f"{STATE}.json"])
    return [one for one in found if one is not None]


def merged(told: Sequence[Servers], *, was_ready: Collection[tuple[str, int]] = ()) -> Servers:
    """A server is ready when all its copies are, so that no router is told of one that does not answer there. A
    revision that has been ready before, `was_ready`, stays so while one copy is: a router that begins anew takes it
    from no other."""
    keys = dict.fromkeys(key for one in told for key in one)
    return {key: _of_all([one.get(key) for one in told], any_will_do=key[:2] in was_ready, key=key) for key in keys}


def logs(folder: Path, id: str, *, count: int) -> dict[str, Path]:
    """Of a deployment's servers, each by its number, and where routers run copies of it, by theirs as well."""
    routers = sorted(_name(path) for path in folder.glob(f"{STATE}-*.json"))
    copies = [(n, of) for n in range(1, count + 1) for of in ("", *routers)]
    found = {f"{n} {of}".strip(): folder / "logs" / log_name(id, replica=n, of=of) for n, of in copies}
    return {name: path for name, path in found.items() if path.is_file()}


def forget(folder: Path) -> None:
    """The files of routers that are gone."""
    now = time.time()
    for path in folder.glob(f"{STATE}-*.json"):
        if _age(path, now) > FORGOTTEN_SECONDS:
            path.unlink(missing_ok=True)
            path.with_name(kept.file_of(_name(path))).unlink(missing_ok=True)
            path.with_name(f"router-stats-{_name(path)}").unlink(missing_ok=True)
    names = [_name(path) for path in folder.glob(f"{STATE}-*.json")]
    for path in (folder / "logs").glob("*-*_*.log*"):
        if _age(path, now) > LOGS_KEPT_SECONDS and not any(f"_{name}.log" in path.name for name in names):
            path.unlink(missing_ok=True)


def _name(path: Path) -> str:
    return path.stem.removeprefix(f"{STATE}-")


def _of_all(copies: Sequence[ServerState | None], *, any_will_do: bool, key: Key) -> ServerState:
    there = [one for one in copies if one is not None]
    ready = [one for one in there if one.state == "ready"]
    if ready and (any_will_do or len(ready) == len(copies)):
        return ready[0]
    worst = min(there, key=lambda one: WORST_FIRST.index(one.state))
    if worst.state != "ready":
        return worst
    reason = _("%(ready)d of %(all)d routers run it so far.") % {"ready": len(ready), "all": len(copies)}
    return msgspec.structs.replace(worst, state="starting", reason=reason, since=time.time())


def _read(path: Path) -> Servers | None:
    try:
        state = msgspec.json.decode(path.read_bytes(), type=ServingState)
    except (OSError, msgspec.DecodeError):
        return None
    return {(one.id, one.revision, one.port): one for one in state.servers if one.state != "stopped"}


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except OSError:
        return float("inf")
