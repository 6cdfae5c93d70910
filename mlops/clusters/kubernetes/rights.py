"""Rights in a cluster, as its own rules name them."""

from __future__ import annotations

from mlops.clusters.kubernetes.client import KINDS


def right(verb: str, kind: str, part: str = "") -> str:
    """Such as `patch deployments.apps`, or `get pods/log`."""
    group, plural = KINDS[kind]
    parts = group.split("/")
    named = f"{plural}/{part}" if part else plural
    return f"{verb} {named}.{parts[1]}" if parts[0] == "apis" else f"{verb} {named}"
