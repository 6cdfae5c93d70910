"""All objects of one deployment, in the order in which they are applied, and as one YAML document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

from mlops.clusters.kubernetes.names import own
from mlops.deployments.targets.kubernetes.pods import deployment
from mlops.deployments.targets.kubernetes.surroundings import (
    autoscaler,
    disruption_budget,
    network_policy,
    registry_secret,
    service,
)
from mlops.deployments.targets.kubernetes.wanted import Workload

Manifest = dict[str, Any]
HIDDEN = "(hidden)"


def manifests(wanted: Workload) -> list[Manifest]:
    """The Deployment comes last and carries a digest of all: what it says was applied, was applied whole."""
    around = [registry_secret(wanted), service(wanted), network_policy(wanted), disruption_budget(wanted)]
    pods, scaler = deployment(wanted), autoscaler(wanted)
    objects = [one for one in (*around, scaler) if one is not None]
    pods["metadata"]["annotations"] |= {
        own("revision"): str(wanted.revision),
        own("digest"): digest([*objects, pods]),
    }
    return [*objects, pods]


def digest(objects: Iterable[Manifest]) -> str:
    return hashlib.sha256(msgspec.json.encode(list(objects), order="deterministic")).hexdigest()


def as_yaml(objects: Iterable[Manifest], *, with_secrets: bool = False) -> str:
    """For reading and for `kubectl apply`; passwords only where they are asked for."""
    shown = [one if with_secrets else _hidden(one) for one in objects]
    return "---\n".join(yaml.safe_dump(one, sort_keys=False, allow_unicode=True, width=120) for one in shown)


def _hidden(one: Manifest) -> Manifest:
    if one["kind"] != "Secret":
        return one
    return {**one, "data": dict.fromkeys(one["data"], HIDDEN)}
