"""What a scoring server is told when it starts, because it does not belong to what it serves.

The same image or folder serves under any name and any limits: `serving.json` in an image is without them, and the
environment variable MLOPS_PLACEMENT (JSON) brings them."""

from __future__ import annotations

import msgspec

from mlops.formats.collection import Collecting
from mlops.formats.serving import RequestLimits, Serving

PLACEMENT_VARIABLE = "MLOPS_PLACEMENT"


class Placement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    endpoint: str = ""
    deployment: str = ""
    limits: RequestLimits = RequestLimits()
    threads: int = 1
    cors_origins: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    """Environment variables of the entry script; they may be secret."""
    collection: Collecting | None = None


def placement_of(serving: Serving) -> Placement:
    return Placement(
        endpoint=serving.endpoint,
        deployment=serving.deployment,
        limits=serving.limits,
        threads=serving.threads,
        cors_origins=serving.cors_origins,
        variables=serving.variables,
        collection=serving.collection,
    )


def placed(serving: Serving, placement: Placement) -> Serving:
    """`placed(serving, Placement())` is what every server of the same content has in common."""
    return msgspec.structs.replace(
        serving,
        endpoint=placement.endpoint,
        deployment=placement.deployment,
        limits=placement.limits,
        threads=placement.threads,
        cors_origins=placement.cors_origins,
        variables=placement.variables,
        collection=placement.collection,
    )
