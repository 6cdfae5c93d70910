"""A subscription and its deliveries as the API, the form and the command line show them."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.alerts.models import Delivery, DeliveryAttempt, Subscription
from mlops.formats.subscription import SubscriptionSettings


def settings_of(row: Subscription) -> SubscriptionSettings:
    """Without what is sealed: an update leaves that as it is."""
    return SubscriptionSettings(
        name=row.name,
        description=row.description,
        envelope=row.envelope,  # type: ignore[arg-type]
        handshake=row.handshake,  # type: ignore[arg-type]
        types=tuple(row.types),
        subject_begins_with=row.subject_begins,
        subject_ends_with=row.subject_ends,
        is_case_sensitive=row.is_case_sensitive,
        filters=tuple(row.filters),
    )


def subscription_view(row: Subscription, counts: dict[str, int]) -> dict[str, Any]:
    form = msgspec.structs.asdict(settings_of(row))
    hidden = ("url", "secret", "authorization")
    return {
        "id": row.pk,
        "project": row.project.slug if row.project else None,
        **{key: value for key, value in form.items() if key not in hidden},
        "host": row.host,
        "state": row.state,
        "reason": row.reason,
        "state_since": row.state_since,
        "failing_since": row.failing_since,
        "trouble": row.trouble,
        "retry_at": row.retry_at,
        "delivered_at": row.delivered_at,
        "deliveries": counts,
        "created_at": row.created_at,
        "created_by": row.created_by.get_username() if row.created_by else None,
    }


def delivery_view(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": row.event.id,
        "sequence": row.event_id,
        "type": row.type,
        "subject": row.event.subject,
        "test": row.is_test,
        "state": row.state,
        "state_since": row.state_since,
        "reason": row.reason,
        "attempts": row.attempt,
        "status": row.status,
        "next_at": row.next_at if row.state == "waiting" else None,
        "delivered_at": row.delivered_at,
        "replays": row.replays,
    }


def attempt_view(row: DeliveryAttempt) -> dict[str, Any]:
    return {"number": row.number, "at": row.at, "seconds": row.seconds, "status": row.status, "text": row.text}
