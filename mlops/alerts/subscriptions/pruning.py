"""Deliveries are kept for a month, those that could not be delivered for three."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from mlops.alerts.models import Delivery, DeliveryAttempt, DeliveryState

KEPT = timedelta(days=30)
KEPT_DEAD = timedelta(days=90)
BATCH = 5000


def prune(*, now: datetime) -> int:
    done = Q(state=DeliveryState.DELIVERED, state_since__lt=now - KEPT)
    dead = Q(state=DeliveryState.DEAD, state_since__lt=now - KEPT_DEAD)
    count = 0
    while keys := list(Delivery.objects.filter(done | dead).values_list("pk", flat=True)[:BATCH]):
        DeliveryAttempt.objects.filter(delivery__in=keys).delete()
        count += Delivery.objects.filter(pk__in=keys).delete()[0]
    return count
