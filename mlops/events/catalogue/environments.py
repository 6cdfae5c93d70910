"""Events of environments."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Created(Data, kw_only=True):
    kind: str
    key: Annotated[str, said("Digest of its content: equal ones share a build.")]
    packages: int


class BuildAsked(Data, kw_only=True):
    key: str
    upgrade: Annotated[bool, said("Whether its packages are chosen anew, as a new version.")]


class Pruned(Data, kw_only=True):
    keys: list[str]
    bytes: int


TYPES = (
    EventType(
        "mlops.environment.created", "Environment created", "An environment, or its next version, is made.",
        "environments/{name}:{version}", Created,
    ),
    EventType(
        "mlops.environment.build_asked", "Environment build asked for", "A worker is asked to build it.",
        "environments/{name}:{version}", BuildAsked,
    ),
    EventType("mlops.environment.archived", "Environment archived", "It leaves the lists.", "environments/{name}"),
    EventType("mlops.environment.restored", "Environment restored", "It is back in the lists.", "environments/{name}"),
    EventType(
        "mlops.environment.pruned", "Built environments removed", "Builds that nothing used for long are gone.",
        "environments", Pruned,
    ),
)  # fmt: skip
