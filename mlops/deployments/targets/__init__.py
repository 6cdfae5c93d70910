"""Where deployments run: one file a kind of target, one protocol."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Protocol

from mlops.deployments.models import Deployment
from mlops.formats.serving import ServerState


class Target(Protocol):
    """Each call makes something true and may be repeated; what is true already costs nothing."""

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None]) -> None:
        """Puts everything in place that the present revision needs, calling `beat` meanwhile. Raises Refusal."""
        ...

    def apply(self) -> None:
        """Has every live deployment of this target served, and no other."""
        ...

    def observe(self) -> dict[tuple[str, int], ServerState]:
        """What runs: by deployment id and revision."""
        ...

    def remove(self) -> None:
        """Clears away what no row stands for any more."""
        ...

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        """The last lines, oldest first."""
        ...


@cache
def target(name: str) -> Target:
    from mlops.deployments.targets.process import ProcessTarget

    kinds = {"process": ProcessTarget}
    return kinds[name]()


TARGETS = ("process",)
