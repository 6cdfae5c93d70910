"""One call of a receiver with one event, and what its answer means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mlops.alerts import outside
from mlops.alerts.envelopes import compose, mlflow
from mlops.alerts.models import Delivery, Envelope
from mlops.alerts.signing import headers_of
from mlops.alerts.subscriptions.secrets import secrets_of
from mlops.alerts.subscriptions.timing import retry_after_of
from mlops.formats.refusal import Refusal

TIMEOUT_SECONDS = 10.0
SHOWN_CHARACTERS = 1000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    is_taken: bool
    status: int | None
    text: str
    """The first bytes of the answer, or why there is none."""
    seconds: float = 0.0
    retry_after: timedelta | None = None


def send(delivery: Delivery, *, now: datetime) -> Outcome:
    """Never raises for what the receiver or the network does."""
    try:
        secrets = secrets_of(delivery.subscription)
        sending = compose(delivery.event, delivery.subscription.envelope)
        if sending is None:
            return Outcome(is_taken=False, status=None, text="This envelope has no form for such an event.")
        id = str(delivery.event.id)
        if delivery.subscription.envelope == Envelope.MLFLOW:
            signed = mlflow.headers_of(sending.content, id=id, at=now, secret=secrets.secret)
        else:
            signed = headers_of(sending.content, id=id, at=now, secrets=secrets.signing(now))
        more = {"authorization": secrets.authorization} if secrets.authorization else {}
        if delivery.subscription.is_azure:
            more["aeg-subscription-name"] = delivery.subscription.name.upper().encode("ascii", "replace").decode()
            more["aeg-delivery-count"] = str(delivery.attempt - 1)
        headers = {**sending.headers, **signed, **more}
        answer = outside.post(secrets.url, sending.content, headers, timeout=TIMEOUT_SECONDS)
    except Refusal as refusal:
        return Outcome(is_taken=False, status=None, text=f"{refusal.message} {refusal.hint}".strip())
    return Outcome(
        is_taken=answer.is_success,
        status=answer.status,
        text=answer.body.decode("utf-8", errors="replace").replace("\0", "")[:SHOWN_CHARACTERS],
        seconds=answer.seconds,
        retry_after=retry_after_of(answer.headers.get("retry-after", ""), now=now),
    )
