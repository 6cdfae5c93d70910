"""The regular look at all rollouts that are under way."""

from __future__ import annotations

from mlops.deployments.routing import write_table
from mlops.rollouts.looking import look
from mlops.rollouts.models import LIVE, Rollout
from mlops.work.calls import every


@every(2, "rollouts.look")
def look_at_all() -> None:
    rows = Rollout.objects.filter(state__in=LIVE).select_related("endpoint__project", "candidate", "control")
    moved = [look(rollout) for rollout in rows]
    if any(moved):
        write_table()
