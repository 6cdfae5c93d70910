"""From events to deliveries: each subscription reads the chain behind a cursor of its own.

The chain's head is locked until an event's transaction ends, so events become visible in the order of `seq`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mlops.alerts.envelopes import Sending, compose
from mlops.alerts.models import Delivery, Subscription, SubscriptionState
from mlops.events.models import Event
from mlops.formats.event_filter import holds, is_subject_of, is_type_of, leaves_out, read_filters

BATCH = 500
READING = (SubscriptionState.ACTIVE, SubscriptionState.PAUSED, SubscriptionState.VALIDATING)
"""A paused one keeps what happens; a disabled one does not."""


def newest() -> int:
    return Event.objects.aggregate(last=Max("seq"))["last"] or 0


def hand_out_all(*, now: datetime | None = None) -> int:
    """How many deliveries were made."""
    last = newest()
    behind = Subscription.objects.filter(state__in=READING, cursor__lt=last).select_related("project")
    return sum(hand_out(one, now=now) for one in behind)


def hand_out(subscription: Subscription, *, now: datetime | None = None) -> int:
    """One batch. None where another worker was first: the cursor then is not what it was."""
    now = now or timezone.now()
    events = Event.objects.filter(seq__gt=subscription.cursor).select_related("project").order_by("seq")
    batch = list(events[:BATCH])
    if not batch:
        return 0
    wanted = [event for event in batch if is_wanted(subscription, event)]
    with transaction.atomic():
        same = Subscription.objects.filter(pk=subscription.pk, cursor=subscription.cursor, state__in=READING)
        if not same.update(cursor=batch[-1].seq):
            return 0
        Delivery.objects.bulk_create(
            (delivery_of(subscription, event, now=now) for event in wanted), ignore_conflicts=True
        )
    subscription.cursor = batch[-1].seq
    return len(wanted)


def is_wanted(subscription: Subscription, event: Event) -> bool:
    if subscription.project_id is not None and subscription.project_id != event.project_id:
        return False
    sending = compose(event, subscription.envelope)
    return sending is not None and matches(subscription, event, sending)


def matches(subscription: Subscription, event: Event, sending: Sending) -> bool:
    """Types and filters may name what the receiver sees, or what we keep."""
    patterns = subscription.types
    if not is_type_of(event.type, patterns) and not is_type_of(sending.type, patterns):
        return False
    if event.type == "mlops.subscription.tested":
        return False
    begins, ends, with_case = subscription.subject_begins, subscription.subject_ends, subscription.is_case_sensitive
    subjects = {str(sending.view["subject"]), event.subject}
    if not any(is_subject_of(one, begins=begins, ends=ends, with_case=with_case) for one in subjects):
        return False
    filters = read_filters(subscription.filters)
    if patterns and leaves_out(event.data, event.via, filters):  # who names no types gets all there is
        return False
    ours = {"type": event.type, "subject": event.subject, "data": event.data, "actor": event.actor_name}
    ours |= {"via": event.via}
    return holds(filters, sending.view, ours)


def delivery_of(subscription: Subscription, event: Event, *, now: datetime, is_test: bool = False) -> Delivery:
    return Delivery(
        subscription=subscription,
        event=event,
        type=event.type,
        subject=event.subject,
        is_test=is_test,
        state_since=now,
        queued_at=now,
        next_at=now,
    )
