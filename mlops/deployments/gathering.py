"""What several routers counted, as if one had: each may begin anew at any time, and together they only grow."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.deployments.models import Endpoint, PastLives, RouterSeen
from mlops.deployments.routers import SILENT
from mlops.formats.serving import CredentialUse, DeploymentCounts, MirrorCounts, RouterStats

FORGOTTEN = timedelta(days=7)
"""A router that was not seen for this long will not go on with the life that it had."""


def gather(told: Mapping[int, RouterStats]) -> RouterStats:
    """`told`: what each of them answered just now, by the key of its row."""
    now = timezone.now()
    with transaction.atomic():
        past, _made = PastLives.objects.select_for_update(no_key=True).get_or_create(
            pk=1, defaults={"began": time.time()}
        )
        ended, present = _read(past.told), []
        for router in RouterSeen.objects.all():
            before, after = _read(router.told), told.get(router.pk)
            if after is not None and (before is None or after.started >= before.started):
                if before is not None and after.started > before.started:
                    ended = added(ended, before)
                if before is None or after.started > before.started or _requests(after) >= _requests(before):
                    if after != before:  # a row of all counters is large, and most looks find nothing new
                        RouterSeen.objects.filter(pk=router.pk).update(told=msgspec.to_builtins(after))
                    before = after
            if router.seen_at < now - FORGOTTEN:
                ended, before = added(ended, before), None
                router.delete()
            if before is not None:
                present.append(before if router.seen_at > now - SILENT else _at_rest(before))
        _keep(past, ended)
    return together(past.began, ended, present)


def together(started: float, ended: RouterStats | None, present: Iterable[RouterStats]) -> RouterStats:
    whole: RouterStats | None = _at_rest(ended) if ended is not None else None
    least = None
    for one in present:
        whole = added(whole, one)
        least = one.table_revision if least is None else min(least, one.table_revision)
    return RouterStats(
        started=started,
        table_revision=least or 0,
        deployments=whole.deployments if whole is not None else (),
        credentials=whole.credentials if whole is not None else (),
    )


def added(one: RouterStats | None, other: RouterStats | None) -> RouterStats | None:
    if one is None or other is None:
        return one or other
    counts = {(each.endpoint, each.deployment): each for each in one.deployments}
    for each in other.deployments:
        key = (each.endpoint, each.deployment)
        counts[key] = _sum(counts[key], each) if key in counts else each
    uses = {(each.endpoint, each.credential): each for each in one.credentials}
    for use in other.credentials:
        before = uses.get((use.endpoint, use.credential))
        uses[use.endpoint, use.credential] = use if before is None else _used(before, use)
    return msgspec.structs.replace(one, deployments=tuple(counts.values()), credentials=tuple(uses.values()))


def _sum(one: DeploymentCounts, other: DeploymentCounts) -> DeploymentCounts:
    return DeploymentCounts(
        endpoint=one.endpoint,
        deployment=one.deployment,
        requests=one.requests + other.requests,
        errors=one.errors + other.errors,
        refused=one.refused + other.refused,
        seconds_sum=one.seconds_sum + other.seconds_sum,
        latency_counts=_buckets(one.latency_counts, other.latency_counts),
        statuses={
            status: one.statuses.get(status, 0) + other.statuses.get(status, 0)
            for status in sorted({*one.statuses, *other.statuses})
        },
        queue_seconds=one.queue_seconds + other.queue_seconds,
        queued=one.queued + other.queued,
        in_flight=one.in_flight + other.in_flight,
        retries=one.retries + other.retries,
        mirrored=MirrorCounts(
            requests=one.mirrored.requests + other.mirrored.requests,
            errors=one.mirrored.errors + other.mirrored.errors,
            refused=one.mirrored.refused + other.mirrored.refused,
            dropped=one.mirrored.dropped + other.mirrored.dropped,
            seconds_sum=one.mirrored.seconds_sum + other.mirrored.seconds_sum,
            latency_counts=_buckets(one.mirrored.latency_counts, other.mirrored.latency_counts),
        ),
    )


def _buckets(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Those of a version with other bounds are of no use."""
    if len(one) != len(other):
        return max(one, other, key=len)
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _used(one: CredentialUse, other: CredentialUse) -> CredentialUse:
    last = max(one.last_used_at, other.last_used_at)
    return msgspec.structs.replace(one, requests=one.requests + other.requests, last_used_at=last)


def _at_rest(stats: RouterStats) -> RouterStats:
    """Of a life that is over, or of a router that does not answer: nothing is in flight that we know of."""
    resting = tuple(msgspec.structs.replace(one, in_flight=0) for one in stats.deployments)
    return msgspec.structs.replace(stats, deployments=resting)


def _requests(stats: RouterStats) -> int:
    """Answers may be written down in another order than they were given: the larger is the later."""
    return sum(one.requests + one.mirrored.requests for one in stats.deployments)


def _read(told: object) -> RouterStats | None:
    try:
        return msgspec.convert(told, RouterStats) if told is not None else None
    except msgspec.ValidationError:
        return None


def _keep(past: PastLives, ended: RouterStats | None) -> None:
    """Without endpoints that are gone."""
    if ended is None or ended == _read(past.told):
        return
    known = {str(pk) for pk in Endpoint.objects.values_list("pk", flat=True)}
    kept = msgspec.structs.replace(
        ended,
        deployments=tuple(one for one in ended.deployments if one.endpoint in known),
        credentials=tuple(one for one in ended.credentials if one.endpoint in known),
    )
    past.told = msgspec.to_builtins(kept)
    past.save(update_fields=["told"])
