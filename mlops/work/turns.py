"""Whose turn it is to do what one worker does for all: a lease, renewed as long as that one lives.

Where it ends another has the turn at once; where its end is unknown, when the lease is over."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from mlops.trail.process import PROCESS
from mlops.work import shared_clock
from mlops.work.models import Turn, Worker

LEASE = timedelta(seconds=10)
RENEW_SECONDS = LEASE.total_seconds() / 4


class OneOfMany:
    """One worker's part in it. `owner` is its name in its row."""

    def __init__(self, name: str, *, owner: str = PROCESS) -> None:
        self._name, self._owner = name, owner
        self._taken_at = float("-inf")

    def is_mine(self) -> bool:
        """Who has it renews it every few seconds, and in between asks nobody."""
        now = time.monotonic()
        if now - self._taken_at < RENEW_SECONDS:
            return True
        is_mine = self._take()
        self._taken_at = now if is_mine else float("-inf")
        return is_mine

    def _take(self) -> bool:
        now = shared_clock.now()
        gone = Worker.objects.exclude(ended_at=None).values("name")
        free = Q(lease_owner=self._owner) | Q(lease_until__lte=now) | Q(lease_owner__in=gone)
        mine = {"lease_owner": self._owner, "lease_until": now + LEASE}
        with transaction.atomic():
            if Turn.objects.filter(free, pk=self._name).update(**mine):
                return True
            return Turn.objects.get_or_create(pk=self._name, defaults=mine)[1]
