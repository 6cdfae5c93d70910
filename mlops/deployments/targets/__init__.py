"""Where deployments run: one file or folder a kind of target, one protocol, one conformance suite over all kinds
(tests/deployments/targets).

A target makes true what the rows say: `deployment.placing` is its own note of what it put in place for the present
revision, `deployment.instances` is how many servers are wanted now. The product calls it as follows: `check` before
a row is written; `prepare` once a revision; `apply` after that, and whenever what runs is not what is wanted;
`observe` every two seconds; `remove` after a deletion and once a minute. All but `check` run in workers, perhaps in
two at once. What runs must outlive the control plane and be found again by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import msgspec
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.deployments.targets.observed import Observed, Replica, together
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where, nearest

__all__ = ["TARGETS", "Availability", "Observed", "Replica", "Target", "has_address", "target", "together"]


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a target can be used from here; if not, why, and what would help."""

    is_usable: bool
    reason: str = ""
    hint: str = ""


class Target(Protocol):
    """Each call makes something true and may be repeated; what is true already costs next to nothing."""

    is_scaled_here: bool
    """Whether our scaler changes the number of instances; else the target follows `settings.scale` by itself."""

    def available(self, options: Mapping[str, Any]) -> Availability:
        """With these `target_options`. Answers within 3 s, from memory for 10 s; never raises."""
        ...

    def check(self, wanted: DeploymentSettings) -> None:
        """Raises Refusal where this target cannot do what the settings ask for. Asks nobody; nothing is made."""
        ...

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None], say: Callable[[str], None]) -> None:
        """Puts everything in place that the present revision needs (folder, image) and writes its `placing`, which
        must not be None then. May take minutes: `beat` is called at least every 10 s meanwhile, `say` tells the user
        what is being done. Raises Refusal, which fails the revision."""
        ...

    def apply(self, deployment: Deployment) -> None:
        """Has the prepared revision run with `deployment.instances` servers, and the one that was ready before go
        on until it is; nothing of a revision that failed. Raises Refusal, which fails a revision that was not yet
        ready. Never restarts what is as wanted."""
        ...

    def observe(self) -> dict[tuple[str, int], Observed]:
        """What runs: by deployment id and revision. A deployment whose place cannot be asked is `unknown`, with the
        reason. Answers within 3 s for each place; never raises."""
        ...

    def remove(self) -> None:
        """Stops and clears away what no row stands for any more. A place that cannot be asked is left for later."""
        ...

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        """The last lines, oldest first; of several servers, each line begins with the server's name in brackets."""
        ...


KINDS = {
    "process": "mlops.deployments.targets.process:ProcessTarget",
    "docker": "mlops.deployments.targets.docker.target:DockerTarget",
    "kubernetes": "mlops.deployments.targets.kubernetes.target:KubernetesTarget",
    "iot_edge": "mlops.deployments.targets.iot_edge.target:IotEdgeTarget",
}
TARGETS = tuple(KINDS)


@cache
def target(name: str) -> Target:
    if name not in KINDS:
        hint = nearest(name, KINDS) or _("There are: %(names)s.") % {"names": ", ".join(TARGETS)}
        message = _("There is no target “%(name)s”.") % {"name": name}
        raise Refusal("target_unknown", message, hint=hint, where=Where(parameter="target", value=name))
    module, _colon, kind = KINDS[name].partition(":")
    made: Target = getattr(import_module(module), kind)()
    return made


def has_address(name: str) -> bool:
    """Whether the router can send requests there; devices are called by whoever is beside them."""
    return name != "iot_edge"
