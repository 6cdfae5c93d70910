"""What waits and runs for each pool, and who works in it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone

from mlops.administration.models import PoolScaling
from mlops.administration.scaling.deciding import PoolFacts, Wanted, decide, needed_of
from mlops.compute import queries
from mlops.formats.demand import read_place
from mlops.runs.models import Step


def wanted(now: datetime | None = None) -> list[Wanted]:
    """For each pool. Changes nothing."""
    now = now or timezone.now()
    return [decide(one, now) for one in facts()]


def facts() -> list[PoolFacts]:
    """Two queries of steps, however many there are."""
    enough_since = dict(PoolScaling.objects.values_list("pool", "enough_since"))
    taking = queries.taking()
    waiting = _by_pool(Step.objects.filter(state="queued", run__state__in=("queued", "running")))
    running = _by_pool(Step.objects.filter(state="running", lease_until__isnull=False))
    found = []
    for pool in queries.pools().values():
        members = queries.members(pool, taking)
        found.append(
            PoolFacts(
                name=pool.name,
                labels=pool.labels,
                waiting=waiting[pool.name],
                running=running[pool.name],
                workers=len(members),
                slots=sum(one.slots for one in members),
                slots_of_one=settings.STEP_SLOTS,
                least=pool.least,
                most=pool.most,
                enough_since=enough_since.get(pool.name),
            )
        )
    return found


def note_quiet(found: list[PoolFacts], now: datetime) -> None:
    """Since when fewer would do; forgotten where they would not."""
    for one in found:
        row, _made = PoolScaling.objects.get_or_create(pool=one.name)
        is_enough = needed_of(one) < one.workers
        if is_enough != (row.enough_since is not None):
            PoolScaling.objects.filter(pk=row.pk).update(enough_since=now if is_enough else None)


def _by_pool(steps: QuerySet[Step]) -> Counter[str]:
    counted: Counter[str] = Counter()
    rows = steps.order_by().values_list("asks_place").annotate(count=Count("pk"))
    for place, count in rows:
        pool, _labels = read_place(place)
        counted[pool] += count
    return counted
