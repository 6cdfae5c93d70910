"""Writes an endpoint's shares. Called inside a transaction that holds the endpoint's row; the caller records why."""

from __future__ import annotations

from collections.abc import Mapping

from mlops.deployments.models import Endpoint
from mlops.work.calls import later


def shift(
    endpoint: Endpoint, shares: Mapping[str, float], *, mirrors: Mapping[str, float] | None = None, default: str = ""
) -> None:
    """`default` takes what others cannot; empty: who has the most. `mirrors` None leaves them as they are."""
    if endpoint.traffic != dict(shares):
        endpoint.previous_traffic = endpoint.traffic
    endpoint.traffic = dict(shares)
    if mirrors is not None:
        endpoint.mirrors = {name: share for name, share in mirrors.items() if share}
    kept = default or endpoint.default
    endpoint.default = kept if kept in shares or not shares else max(shares, key=lambda name: shares[name])
    endpoint.save(update_fields=["traffic", "previous_traffic", "mirrors", "default"])
    later("deployments.route")
