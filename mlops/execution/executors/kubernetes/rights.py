"""Whether the cluster of steps answers, and lets us do what steps need: asked of its own rules, before any fails."""

from __future__ import annotations

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.rights import right
from mlops.execution.executors.kubernetes.places import place

NEEDED = (
    *((verb, "Job", "") for verb in ("get", "list", "create", "patch", "delete")),
    *((verb, "NetworkPolicy", "") for verb in ("create", "patch")),
    ("list", "Pod", ""),
    ("get", "Pod", "log"),
    ("list", "Event", ""),
)


def missing_rights() -> list[str]:
    """Such as `create jobs.batch`. Raises Refusal where it is not set up, or does not answer."""
    where = place()
    with Client(where.access) as client:
        client.version()
        return [
            right(verb, kind, part)
            for verb, kind, part in NEEDED
            if not client.may(verb, kind, where.namespace, part=part)
        ]
