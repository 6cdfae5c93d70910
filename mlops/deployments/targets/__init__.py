"""Where deployments run: one file a kind of target, one protocol."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal, Protocol

import msgspec
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where, nearest


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """How one revision of a deployment is, as its target sees it."""

    state: Literal["starting", "ready", "unhealthy", "crashed", "stopped"]
    reason: str = ""
    hint: str = ""
    """What to do about the reason; empty: what is usual."""
    restarts: int = 0
    patience_seconds: float = 120.0
    """It has failed when it is not ready by then."""
    urls: tuple[str, ...] = ()
    """Where its servers answer, of those that are ready."""


class Target(Protocol):
    """Each call makes something true and may be repeated; what is true already costs nothing."""

    def check(self, wanted: DeploymentSettings) -> None:
        """Raises Refusal where this target cannot do what the settings ask for. Nothing is made."""
        ...

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None]) -> None:
        """Puts everything in place that the present revision needs, calling `beat` meanwhile, and writes the
        deployment's `placing`. Raises Refusal."""
        ...

    def apply(self) -> None:
        """Has every live deployment of this target served, and no other."""
        ...

    def observe(self) -> dict[tuple[str, int], Observed]:
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
    if name not in kinds:
        hint = nearest(name, kinds) or _("There are: %(names)s.") % {"names": ", ".join(TARGETS)}
        message = _("There is no target “%(name)s”.") % {"name": name}
        raise Refusal("target_unknown", message, hint=hint, where=Where(parameter="target", value=name))
    return kinds[name]()


TARGETS = ("process",)
