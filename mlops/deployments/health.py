"""How a deployment is, judged from what the target reports and from the clock. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.deployments.targets.observed import Observed
from mlops.formats.failures import explain
from mlops.formats.spoken import gettext as _

START_SECONDS = 120.0
"""A server that nothing started by then has failed."""
TROUBLE_SECONDS = 12.0
"""A server that came up but says that it is not ready gets so long to recover before its first readiness."""
MOST_RESTARTS = 2
AGAIN = "It is started again by itself; the log says more."

State = Literal["transitioning", "healthy", "unhealthy", "failed"]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    state: State
    reason: str
    hint: str = ""


def judge(server: Observed | None, *, was_ready: bool, waited_seconds: float) -> Judged:
    """`was_ready`: this revision was ready before; it is then unhealthy at worst, and gets well by itself. While some
    of its servers answer it is healthy, with the reason of those that do not."""
    if server is not None and server.state == "ready":
        return Judged(state="healthy", reason="")
    if was_ready and server is not None and server.urls:
        again = "" if server.state == "starting" else AGAIN
        return Judged(state="healthy", reason=server.reason, hint=server.hint or again)
    if was_ready:
        return _unwell(server)
    return _not_yet(server, waited_seconds)


def _unwell(server: Observed | None) -> Judged:
    if server is None:
        hint = _("Is `mlops up` running? It starts the server again by itself.")
        return Judged(state="unhealthy", reason=_("Its server is not running."), hint=hint)
    reason = server.reason or (_("Its server is %(state)s.") % {"state": server.state})
    return Judged(state="unhealthy", reason=reason, hint=server.hint or AGAIN)


def _not_yet(server: Observed | None, waited_seconds: float) -> Judged:
    if server is None:
        if waited_seconds > START_SECONDS:
            reason = _("Nothing started its server within %(start_seconds)s seconds.") % {
                "start_seconds": f"{START_SECONDS:.0f}"
            }
            return Judged(state="failed", reason=reason, hint=_("Start `mlops up`, then deploy it again."))
        return Judged(state="transitioning", reason=_("Waits for its server to be started."))
    known = explain([server.reason])
    hint = server.hint or (
        known[0].remedy if known else _("Look at the log, correct the cause and update the deployment.")
    )
    lost = server.state == "crashed" and server.restarts >= MOST_RESTARTS
    stuck = server.state in ("unhealthy", "crashed") and waited_seconds > TROUBLE_SECONDS
    if lost or stuck or waited_seconds > server.patience_seconds:
        reason = server.reason or (
            _("Its server was not ready within %(patience_seconds)s seconds.")
            % {"patience_seconds": f"{server.patience_seconds:.0f}"}
        )
        return Judged(state="failed", reason=reason, hint=hint)
    return Judged(state="transitioning", reason=server.reason or _("Its server is starting."), hint=server.hint)
