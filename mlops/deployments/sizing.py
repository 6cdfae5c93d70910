"""How many servers a load asks for. Pure.

Utilization is the share of what all servers could have in hand that they do have in hand (0-1), as Azure ML's scaler
has it. By Little's law requests in hand are rate × seconds per request, so that

    servers = ceil(requests per second × seconds per request ÷ target utilization ÷ requests at once per server)

which is the sizing formula of its documentation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from mlops.formats.deployment import DeploymentSettings, Scale

DOWN_SECONDS = 60.0
"""Servers are taken away only when the load of the last minute did not need them; they are added at once."""


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One look at the router's counts."""

    at: float
    """Unix seconds."""
    busy: float
    """Requests in hand, on average since the look before."""


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    instances: int
    reason: str


def at_once(settings: DeploymentSettings) -> int:
    """How many requests one server works on at a time: as set, else one a processor."""
    return settings.most_concurrent or max(1, round(settings.cpus))


def needed(scale: Scale, *, busy: float, per_server: int) -> int:
    """Within the least and the most."""
    servers = math.ceil(busy / scale.target_utilization / per_server - 1e-9)
    return min(max(servers, scale.least_instances, 1), scale.most_instances)


def size(scale: Scale, *, instances: int, samples: Sequence[Sample], per_server: int) -> Sized | None:
    """None where the number is right. `samples`: of the last minute at least, oldest first."""
    if not samples:
        return None
    now = samples[-1]
    wanted = needed(scale, busy=now.busy, per_server=per_server)
    if wanted > instances:
        return Sized(instances=wanted, reason=_told(now.busy, instances, per_server, scale, "Above"))
    if now.at - samples[0].at < DOWN_SECONDS:
        return None
    peak = max(sample.busy for sample in samples if now.at - sample.at <= DOWN_SECONDS)
    wanted = needed(scale, busy=peak, per_server=per_server)
    if wanted >= instances:
        return None
    return Sized(instances=wanted, reason=_told(peak, instances, per_server, scale, "For a minute below"))


def _told(busy: float, instances: int, per_server: int, scale: Scale, how: str) -> str:
    utilization = busy / (max(instances, 1) * per_server)
    return (
        f"{how} the target utilization of {scale.target_utilization:.0%}: {busy:.1f} requests at once, "
        f"{utilization:.0%} of what {instances} {'server' if instances == 1 else 'servers'} of {per_server} can hold."
    )
