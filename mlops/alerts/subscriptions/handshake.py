"""Asks a receiver whether it wants events, as Event Grid or the CloudEvents webhook specification does.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection"""

from __future__ import annotations

import secrets as random
import uuid
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from mlops.alerts import outside
from mlops.alerts.envelopes.azure import WORKSPACE
from mlops.alerts.models import Handshake, Subscription, SubscriptionState
from mlops.alerts.signing import headers_of
from mlops.alerts.subscriptions.secrets import Secrets, secrets_of
from mlops.alerts.subscriptions.telling import tell
from mlops.events.facts import stored
from mlops.formats.refusal import Refusal

AGAIN = timedelta(seconds=30)
TRIED = timedelta(minutes=10)
"""Then it is disabled, and can be resumed."""


def validate_all(*, now: datetime) -> None:
    for row in validating().select_related("project"):
        if row.retry_at is None or row.retry_at <= now:
            validate(row, now=now)


def validating() -> QuerySet[Subscription]:
    return Subscription.objects.filter(state=SubscriptionState.VALIDATING)


def validate(row: Subscription, *, now: datetime) -> None:
    """Claimed by its time of the next attempt, so that one worker asks."""
    same = Subscription.objects.filter(pk=row.pk, state=SubscriptionState.VALIDATING, retry_at=row.retry_at)
    if not same.update(retry_at=now + AGAIN):
        return
    try:
        asked = secrets_of(row)
        trouble = _options(asked.url) if row.handshake == Handshake.CLOUDEVENTS else _code(row, asked, now)
    except Refusal as refusal:
        trouble = f"{refusal.message} {refusal.hint}"
    rows = Subscription.objects.filter(pk=row.pk, state=SubscriptionState.VALIDATING)
    if not trouble:
        rows.update(state=SubscriptionState.ACTIVE, state_since=now, reason="", trouble="", retry_at=None)
    elif now - row.state_since < TRIED:
        rows.update(trouble=trouble)
    else:
        with transaction.atomic():
            was = stored(row)
            if rows.update(state=SubscriptionState.DISABLED, state_since=now, reason=trouble, trouble=trouble):
                tell(None, row, "disabled", reason=trouble, change=(was, stored(row)))


def _options(url: str) -> str:
    """What is wrong with the answer; empty: it allows us."""
    origin = settings.ROUTER_URL.split("//")[-1].split(":")[0]
    headers = {"webhook-request-origin": origin, "webhook-request-rate": "*"}
    answer = outside.call("OPTIONS", url, b"", headers)
    allowed = answer.headers.get("webhook-allowed-origin", "")
    if answer.is_success and allowed in ("*", origin):
        return ""
    return f"The receiver answered {answer.status} to OPTIONS, without WebHook-Allowed-Origin: {origin} (or *)."


def _code(row: Subscription, asked: Secrets, now: datetime) -> str:
    code = random.token_hex(16)
    event = {
        "id": str(uuid.uuid4()),
        "topic": WORKSPACE + (row.project.slug if row.project else "mlops-studio"),
        "subject": "",
        "data": {"validationCode": code},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": now.isoformat(),
        "metadataVersion": "1",
        "dataVersion": "2",
    }
    content = msgspec.json.encode([event])
    headers = {"content-type": "application/json; charset=utf-8", "aeg-event-type": "SubscriptionValidation"}
    headers |= headers_of(content, id=str(event["id"]), at=now, secrets=asked.signing(now))
    if asked.authorization:
        headers["authorization"] = asked.authorization
    answer = outside.post(asked.url, content, headers)
    try:
        told = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        told = None
    if answer.is_success and isinstance(told, dict) and told.get("validationResponse") == code:
        return ""
    return f"The receiver answered {answer.status}, without the validationResponse that it was sent."
