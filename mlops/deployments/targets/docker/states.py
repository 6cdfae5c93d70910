"""How a container is: what the engine says of it, and what the server inside answers."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mlops.deployments.targets.docker.containers import Container
from mlops.deployments.targets.observed import Replica
from mlops.formats.failures import explain
from mlops.formats.spoken import gettext as _
from mlops.supervisor.probe import Reply, get

KILLED = 137
NO_COMMAND = re.compile(r"\[FATAL tini|exec format error|executable file not found")
LOG_LINES = 40
START_SECONDS = 60.0
HANGS = "It does not answer its health check."
HUNG_CHECKS = 6
"""Of the engine's own health check in a row, one every ten seconds, before a hung server is started again."""


def replica_of(client: Any, container: Container, *, address: str) -> Replica:
    """Asks the server; where it does not answer that it is ready, the engine is asked for the reason."""
    name = str(container.replica)
    url = f"http://{address}:{container.port}" if container.port else ""
    reply = get(container.port, "/readyz", host=address) if container.status == "running" and container.port else None
    if reply is not None and reply.status == 200:
        return Replica(name=name, state="ready", url=url)
    told = client.api.inspect_container(container.id)
    state, restarts = told["State"], int(told.get("RestartCount") or 0)
    if state["Status"] == "paused":
        hint = _("Somebody stopped it for a while: `docker unpause %(name)s` lets it go on.") % {"name": container.name}
        return Replica(
            name=name, state="unhealthy", reason=_("It is paused on its engine."), hint=hint, restarts=restarts
        )
    if state["Status"] == "running" and not (restarts and _is_short(state)):
        return _running(name, reply, restarts, since=_seconds(state["StartedAt"]))
    return _ended(client, container, told, restarts)


def _running(name: str, reply: Reply | None, restarts: int, *, since: float) -> Replica:
    if reply is None:
        is_new = time.time() - since < START_SECONDS
        reason = _("It does not answer its health check yet.") if is_new else HANGS
        state = "starting" if is_new else "unhealthy"
        return Replica(name=name, state=state, reason=reason, restarts=restarts, since=since)  # type: ignore[arg-type]
    reason = reply.reasons() or (_("Its readiness check answers %(status)s.") % {"status": reply.status})
    is_loading = "being loaded" in reason or "not been checked yet" in reason
    state = "starting" if is_loading else "unhealthy"
    return Replica(name=name, state=state, reason=reason, restarts=restarts, since=since)  # type: ignore[arg-type]


def _is_short(state: Mapping[str, Any]) -> bool:
    """Just started again: what its last life ended with is still the news."""
    return (datetime.now().timestamp() - _seconds(state["StartedAt"])) < 1.0


def _ended(client: Any, container: Container, told: Mapping[str, Any], restarts: int) -> Replica:
    state = told["State"]
    memory = told["HostConfig"]["Memory"]
    lines = log_lines(client, container, lines=LOG_LINES)
    last = next((line for line in reversed(lines) if line.strip()), "")
    known = explain(lines)
    hint = known[0].remedy if known else ""
    if state.get("OOMKilled"):
        reason = _("It needed more than its %(memory)s MB of memory and was ended (out of memory).") % {
            "memory": f"{memory / 1024**2:,.0f}"
        }
        hint = _("Give it more memory: memory_bytes in its settings.")
    elif state.get("Error") or NO_COMMAND.search(last):
        reason = _("The image does not start: %(get)s") % {"get": state.get("Error") or last}
        hint = _("Its command must exist in it and be built for the engine's processor; try `docker run` with it.")
    elif state["Status"] == "created":
        reason = _("It is being started.")
    else:
        reason = f"It {_ending(state)}." + (f" Its log ends with: {last}" if last else "")
    crashed = state["Status"] != "created" or bool(state.get("Error"))
    return Replica(
        name=str(container.replica),
        state="crashed" if crashed else "starting",
        reason=reason,
        hint=hint,
        restarts=restarts,
        since=_seconds(state.get("FinishedAt", "")),
    )


def _ending(state: Mapping[str, Any]) -> str:
    """The status of a life that ended is forgotten as soon as the next one begins."""
    if state["Status"] == "running":
        return "ended, and was started again"
    code = state["ExitCode"]
    return "was killed" if code == KILLED else f"ended with exit status {code}"


def hangs(client: Any, container: Container) -> bool:
    """By the engine's own health check."""
    health = client.api.inspect_container(container.id)["State"].get("Health") or {}
    return int(health.get("FailingStreak") or 0) >= HUNG_CHECKS


def log_lines(client: Any, container: Container, *, lines: int) -> list[str]:
    said: bytes = client.api.logs(container.id, tail=lines, stdout=True, stderr=True)
    return said.decode(errors="replace").splitlines()


def _seconds(told: str) -> float:
    """Docker's time has nine digits after the second; 0001-01-01 is never."""
    if not told or told.startswith("0001"):
        return 0.0
    return datetime.fromisoformat(told[:19] + "+00:00").timestamp()
