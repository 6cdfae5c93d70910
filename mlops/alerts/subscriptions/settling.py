"""Writes down what came of an attempt: the delivery, its log, and how its receiver is."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import transaction

from mlops.alerts.models import Delivery, DeliveryAttempt, DeliveryState, Subscription, SubscriptionState
from mlops.alerts.subscriptions.claiming import bring_forward, held
from mlops.alerts.subscriptions.sending import Outcome
from mlops.alerts.subscriptions.telling import tell
from mlops.alerts.subscriptions.timing import FAILURES, GONE, SUSPECT, is_last, probe_after, wait_after
from mlops.events.facts import stored

GONE_WHY = "The receiver answered 410 Gone: it wants no more events."


def settle(delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """Nothing where another worker took the delivery over: what it writes counts."""
    with transaction.atomic():
        if not held(delivery).update(**_values(delivery, outcome, now)):
            return
        DeliveryAttempt.objects.create(
            delivery=delivery,
            number=delivery.attempt,
            at=now,
            seconds=outcome.seconds,
            status=outcome.status,
            text=outcome.text,
        )
        if outcome.is_taken:
            _well(delivery.subscription_id, now)
        elif outcome.status == GONE:
            _gone(delivery.subscription_id, now)
        else:
            _unwell(delivery, outcome, now)


def why(outcome: Outcome) -> str:
    if outcome.status is None:
        return outcome.text
    try:
        phrase = HTTPStatus(outcome.status).phrase
    except ValueError:
        phrase = ""
    answer = f"The receiver answered {outcome.status} {phrase}".strip() + "."
    if 300 <= outcome.status < 400:
        return f"{answer} Redirects are not followed: give the final address."
    return answer


def _values(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"status": outcome.status, "state_since": now, "lease_until": None}
    if outcome.is_taken:
        return values | {"state": DeliveryState.DELIVERED, "reason": "", "delivered_at": now}
    if outcome.status == GONE:
        return values | {"state": DeliveryState.DEAD, "reason": GONE_WHY}
    if is_last(delivery.attempt, outcome.status) or delivery.is_test:
        told = why(outcome) if delivery.is_test else f"{why(outcome)} That was attempt {delivery.attempt}, the last."
        return values | {"state": DeliveryState.DEAD, "reason": told}
    wait = wait_after(delivery.attempt, retry_after=outcome.retry_after)
    return values | {"state": DeliveryState.WAITING, "reason": why(outcome), "next_at": now + wait}


def _well(subscription_id: Any, now: datetime) -> None:
    row = (
        Subscription.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project")
        .get(pk=subscription_id)
    )
    was_failing, was_suspect = row.failing_since is not None, row.failures >= SUSPECT
    row.failures, row.failing_since, row.retry_at, row.trouble, row.delivered_at = 0, None, None, "", now
    row.save(update_fields=["failures", "failing_since", "retry_at", "trouble", "delivered_at"])
    if was_failing or was_suspect:
        bring_forward(row, now=now)
    if was_failing:
        tell(None, row, "recovered")


def _unwell(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """First attempts alone are counted, so that one event that is always refused does not stop the others."""
    row = Subscription.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(
        pk=delivery.subscription_id
    )  # fmt: skip
    row.trouble = why(outcome)[:1000]
    if delivery.is_test:
        row.save(update_fields=["trouble"])
        return
    is_probe = row.failing_since is not None
    if delivery.attempt == 1 or is_probe:
        row.failures += 1
    wait = probe_after(row.failures)
    if wait is not None:
        row.retry_at = now + wait
    if outcome.retry_after is not None and outcome.status in (429, 503):
        asked = now + outcome.retry_after
        row.retry_at = max(row.retry_at or asked, asked)
    if row.failures >= FAILURES and not is_probe:
        row.failing_since = now
        tell(None, row, "failing", reason=row.trouble)
    row.save(update_fields=["trouble", "failures", "retry_at", "failing_since"])


def _gone(subscription_id: Any, now: datetime) -> None:
    rows = Subscription.objects.filter(pk=subscription_id).exclude(state=SubscriptionState.DISABLED)
    row = rows.select_related("project").first()
    if row is None:
        return
    was = stored(row)
    if rows.update(state=SubscriptionState.DISABLED, reason=GONE_WHY, state_since=now, trouble=GONE_WHY):
        tell(None, row, "disabled", reason=GONE_WHY, change=(was, stored(row)))
