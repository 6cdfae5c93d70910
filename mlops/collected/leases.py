"""Who takes in for a deployment: one worker at a time, and another when it is gone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from mlops.collected.models import Intake
from mlops.work import shared_clock

LEASE = timedelta(seconds=20)


@contextmanager
def leased(intake: Intake) -> Iterator[bool]:
    """False where somebody else has it."""
    mine, now = uuid.uuid4(), shared_clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    if not Intake.objects.filter(free, pk=intake.pk).update(lease=mine, lease_until=now + LEASE):
        yield False
        return
    intake.lease = mine
    try:
        yield True
    finally:
        Intake.objects.filter(pk=intake.pk, lease=mine).update(lease_until=None)


def renew(intake: Intake) -> bool:
    """False where it was taken over. In a transaction, nobody can take it over before that ends."""
    if intake.lease is None:
        return False
    rows = Intake.objects.filter(pk=intake.pk, lease=intake.lease)
    return bool(rows.update(lease_until=shared_clock.now() + LEASE))
