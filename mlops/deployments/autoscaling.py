"""Follows the load: the router's counts become samples, and samples become more or fewer servers."""

from __future__ import annotations

import time

import msgspec

from mlops.deployments.models import Deployment, DeploymentState, Load
from mlops.deployments.scaling import scale
from mlops.deployments.sizing import DOWN_SECONDS, Sample, at_once, size
from mlops.deployments.targets import target
from mlops.formats.serving import DeploymentCounts, RouterStats

KEPT_SECONDS = DOWN_SECONDS + 15
STEADY = (DeploymentState.HEALTHY, DeploymentState.UNHEALTHY)


def follow_load(stats: RouterStats) -> None:
    counts = {(one.endpoint, one.deployment): one for one in stats.deployments}
    for deployment in _followed():
        found = counts.get((str(deployment.endpoint_id), deployment.name))
        if found is not None:
            _follow(deployment, found, stats.started)


def _followed() -> list[Deployment]:
    rows = Deployment.objects.filter(settings__scale__isnull=False, state__in=STEADY)
    found = [row for row in rows.select_related("endpoint__project") if row.was_ready and row.wanted.scale]
    return [row for row in found if target(row.target).is_scaled_here]


def _follow(deployment: Deployment, counts: DeploymentCounts, started: float) -> None:
    samples = _sampled(deployment, counts, started)
    wanted = deployment.wanted
    assert wanted.scale is not None
    per_server = at_once(wanted)
    sized = size(wanted.scale, instances=deployment.instances, samples=samples, per_server=per_server)
    if sized is None:
        return
    busy = round(samples[-1].busy, 2)
    if scale(deployment, sized.instances, reason=sized.reason, busy=busy, per_server=per_server):
        Load.objects.filter(deployment=deployment).update(reason=sized.reason)


def _sampled(deployment: Deployment, counts: DeploymentCounts, started: float) -> list[Sample]:
    """With the present one, which is kept with the others of the last minute."""
    now = time.time()
    row, is_new = Load.objects.get_or_create(deployment=deployment)
    elapsed = now - row.at
    is_same_life = not is_new and row.started == started and counts.seconds_sum >= row.seconds_sum
    busy = float(counts.in_flight)
    if is_same_life and elapsed > 0:
        # What ended since the last look gives the average; what has been going on all that time is not in it yet.
        busy = max((counts.seconds_sum - row.seconds_sum) / elapsed, float(min(counts.in_flight, row.in_flight)))
    before = [msgspec.convert(one, Sample) for one in row.samples]
    samples = [one for one in before if now - one.at <= KEPT_SECONDS] + [Sample(round(now, 2), round(busy, 3))]
    row.at, row.started, row.seconds_sum, row.in_flight = now, started, counts.seconds_sum, counts.in_flight
    row.samples = msgspec.to_builtins(samples)
    row.save()
    return samples
