"""How a deployment is, as its target sees it: each of its servers, and what they come to together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from mlops.formats.spoken import gettext as _

PATIENCE_SECONDS = 120.0

ReplicaState = Literal["starting", "ready", "unhealthy", "crashed", "stopped"]
WORST_FIRST: tuple[ReplicaState, ...] = ("crashed", "unhealthy", "stopped", "starting", "ready")


class Replica(msgspec.Struct, frozen=True, kw_only=True):
    """One server of a deployment: a process, a container, a pod, a device."""

    name: str
    state: ReplicaState
    reason: str = ""
    hint: str = ""
    since: float = 0.0
    """Unix seconds; 0 where the target does not know."""
    restarts: int = 0
    url: str = ""
    """Where it answers, such as `http://127.0.0.1:18100`; empty where only all of them have one address."""


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """How one revision of a deployment is. `unknown`: its target cannot be asked at present."""

    state: Literal["starting", "ready", "unhealthy", "crashed", "stopped", "unknown"]
    """ready: all that are wanted are; else that of the worst."""
    reason: str = ""
    hint: str = ""
    """What to do about the reason; empty: what is usual."""
    restarts: int = 0
    patience_seconds: float = PATIENCE_SECONDS
    """It has failed when it is not ready by then."""
    urls: tuple[str, ...] = ()
    """Where its servers answer, of those that are ready and wanted: the router sends requests there."""
    replicas: tuple[Replica, ...] = ()


def together(
    replicas: Sequence[Replica],
    *,
    wanted: int,
    urls: Sequence[str] | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Observed:
    """What the servers come to. `urls`: where all of them have one address, such as a cluster's service."""
    ready = [one for one in replicas if one.state == "ready"]
    found = tuple(one.url for one in ready if one.url) if urls is None else tuple(urls) if ready else ()
    if len(ready) >= wanted:
        return Observed(state="ready", urls=found, replicas=tuple(replicas), patience_seconds=patience_seconds)
    worst = min(
        (one for one in replicas if one.state != "ready"),
        key=lambda one: WORST_FIRST.index(one.state),
        default=Replica(name="", state="starting", reason=_("It is about to be started.")),
    )
    return Observed(
        state=worst.state,
        reason=_told(worst, ready=len(ready), wanted=wanted),
        hint=worst.hint,
        restarts=worst.restarts,
        patience_seconds=patience_seconds,
        urls=found,
        replicas=tuple(replicas),
    )


def _told(worst: Replica, *, ready: int, wanted: int) -> str:
    reason = worst.reason or (_("It is %(state)s.") % {"state": worst.state})
    if wanted == 1:
        return reason
    which = f"Replica {worst.name}: " if worst.name else ""
    return f"{ready} of {wanted} servers {'is' if ready == 1 else 'are'} ready. {which}{reason}"
