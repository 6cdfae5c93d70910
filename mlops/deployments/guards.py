"""Who must be asked before an endpoint's traffic or a deployment is changed by hand. Higher packages register."""

from __future__ import annotations

from collections.abc import Callable

from mlops.deployments.models import Deployment, Endpoint

Guard = Callable[[Endpoint, Deployment | None], None]
"""Raises a Refusal. The deployment is None where the endpoint's traffic is meant."""

_GUARDS: list[Guard] = []


def register(guard: Guard) -> None:
    if guard not in _GUARDS:
        _GUARDS.append(guard)


def require_free(endpoint: Endpoint, deployment: Deployment | None = None) -> None:
    for guard in _GUARDS:
        guard(endpoint, deployment)
