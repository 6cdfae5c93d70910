"""Which deliveries are due, and taking one: a conditional UPDATE, so that one worker at a time has it.

The first open one of a subject alone can be taken, which keeps the order whatever the number of workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from mlops.alerts.models import OPEN_DELIVERIES, Delivery, DeliveryState, Subscription, SubscriptionState
from mlops.alerts.subscriptions.timing import KEPT_WAITING

LEASE = timedelta(seconds=45)
"""More than a call may take. Who has not said what came of it by then is gone."""


def ready_subscriptions(now: datetime) -> list[Subscription]:
    """That may be sent to at this moment and have something that is due."""
    may = Q(retry_at=None) | Q(retry_at__lte=now)
    waiting = Delivery.objects.filter(_due(now), subscription=OuterRef("pk"))
    rows = Subscription.objects.filter(may, state=SubscriptionState.ACTIVE)
    return list(rows.filter(Exists(waiting)).select_related("project"))


def due(subscription: Subscription, *, now: datetime, most: int) -> list[int]:
    """Keys, those that were tried least first: one that always fails must not keep the probes for itself."""
    rows = Delivery.objects.filter(_due(now), _is_first(), subscription=subscription)
    return list(rows.order_by("-is_test", "attempt", "next_at", "event_id").values_list("pk", flat=True)[:most])


def claim(delivery_id: int, *, now: datetime) -> Delivery | None:
    """None where it is not due any more, or another worker has it. `attempt` is the number of this attempt."""
    may = Q(retry_at=None) | Q(retry_at__lte=now)
    sends = Subscription.objects.filter(may, pk=OuterRef("subscription"), state=SubscriptionState.ACTIVE)
    # No join: of the row itself PostgreSQL asks again after another claim of it, of a subquery over it not.
    rows = Delivery.objects.filter(_due(now), _is_first(), Exists(sends), pk=delivery_id)
    taken = rows.update(state=DeliveryState.SENDING, state_since=now, lease_until=now + LEASE, attempt=F("attempt") + 1)
    if not taken:
        return None
    return Delivery.objects.select_related("subscription__project", "event__project").get(pk=delivery_id)


def held(delivery: Delivery) -> QuerySet[Delivery]:
    """The row, as long as nobody else took it over."""
    return Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, attempt=delivery.attempt)


def bring_forward(subscription: Subscription, *, now: datetime) -> None:
    """The receiver takes deliveries again: none waits for a later hour."""
    rows = Delivery.objects.filter(subscription=subscription, state=DeliveryState.WAITING, next_at__gt=now)
    rows.update(next_at=Least(F("next_at"), now))


def expire(*, now: datetime) -> int:
    """What waited for days is not deliverable, and can be replayed."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING, queued_at__lt=now - KEPT_WAITING)
    days = KEPT_WAITING.days
    return rows.update(
        state=DeliveryState.DEAD,
        state_since=now,
        reason=_("The receiver took nothing for %(days)s days.") % {"days": days},
    )


def _due(now: datetime) -> Q:
    return Q(state=DeliveryState.WAITING, next_at__lte=now) | Q(state=DeliveryState.SENDING, lease_until__lt=now)


def _is_first() -> Q:
    earlier = Delivery.objects.filter(
        subscription=OuterRef("subscription"),
        subject=OuterRef("subject"),
        event__lt=OuterRef("event"),
        state__in=OPEN_DELIVERIES,
    )
    return Q(~Exists(earlier))
