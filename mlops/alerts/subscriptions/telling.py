"""The events of a subscription itself."""

from __future__ import annotations

from typing import Any

from mlops.alerts.models import Subscription
from mlops.events.chain import record
from mlops.events.facts import Change, sides


def tell(
    actor: Any, subscription: Subscription, act: str, *, reason: str = "", change: Change | None = None, **data: Any
) -> Any:
    """In the caller's transaction. The address is not told beyond its host."""
    return record(
        actor,
        f"mlops.subscription.{act}",
        subject=f"subscriptions/{subscription.pk}",
        project=subscription.project,
        data={"name": subscription.name, "host": subscription.host, **data},
        reason=reason,
        notice=("subscription", str(subscription.pk)) if subscription.project else None,
        **sides(change),
    )
