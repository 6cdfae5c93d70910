"""The regular look at all rollouts that are under way."""

from __future__ import annotations

from mlops.deployments.counting import ask_router, take_over
from mlops.deployments.routing import write_table
from mlops.rollouts.looking import look
from mlops.rollouts.models import LIVE, Rollout
from mlops.work.calls import every


@every(2, "rollouts.look", if_any=lambda: Rollout.objects.filter(state__in=LIVE).exists())
def look_at_all() -> None:
    """Takes over the router's counts itself: the look at deployments may be held up by a place that does not answer."""
    rows = Rollout.objects.filter(state__in=LIVE).select_related("endpoint__project", "candidate", "control")
    if not rows:
        return
    stats = ask_router()
    if stats is not None:
        take_over(stats)
    moved = [look(rollout) for rollout in rows]
    if any(moved):
        write_table()
