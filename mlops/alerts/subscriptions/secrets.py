"""What a subscription keeps sealed: its address, its signing secrets, and what it sends as authorization."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from mlops.access.sealing import seal, unseal
from mlops.alerts.models import Subscription


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    secret: str
    previous: str = ""
    previous_until: datetime | None = None
    """Until then a delivery is signed by both."""
    authorization: str = ""

    def signing(self, now: datetime) -> list[str]:
        is_both = self.previous and self.previous_until is not None and now < self.previous_until
        return [self.secret, self.previous] if is_both else [self.secret]


def secrets_of(subscription: Subscription) -> Secrets:
    """Raises Refusal `secret_unreadable`."""
    return msgspec.json.decode(unseal(subscription.sealed), type=Secrets)


def keep_secrets(subscription: Subscription, secrets: Secrets) -> None:
    """On the row; the caller saves it."""
    subscription.sealed = seal(msgspec.json.encode(secrets).decode())
    subscription.host = shown(secrets.url)


def shown(url: str) -> str:
    """Without path and query: they often hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"[:300]
