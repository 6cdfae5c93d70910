"""MLflow's webhooks: subscriptions of ours in MLflow's envelope, shown on the same pages.

A webhook belongs to the project that the request names. What waits for a receiver that is away waits as for any other
subscription, and an address that is not public is refused when it is told and again at each call."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.db.models import QuerySet
from django.utils import timezone

from mlops.alerts import outside
from mlops.alerts.envelopes import mlflow
from mlops.alerts.models import Envelope, Subscription, SubscriptionState
from mlops.alerts.subscriptions import actions
from mlops.alerts.subscriptions.queries import visible_to
from mlops.alerts.subscriptions.secrets import secrets_of
from mlops.alerts.subscriptions.shaping import settings_of
from mlops.alerts.subscriptions.telling import tell
from mlops.events.models import Event
from mlops.formats.event_filter import is_type_of
from mlops.formats.refusal import Refusal
from mlops.formats.subscription import SubscriptionSettings
from mlops.mlflow_api.caller import Caller, projects_of
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import Fault, invalid, missing
from mlops.mlflow_api.finding import as_key, project_of
from mlops.mlflow_api.given import SEE, Given
from mlops.mlflow_api.pages import next_page, page_of
from mlops.mlflow_api.shapes import millis

SHOWN_CHARACTERS = 4_000
TEST_SECONDS = 5.0


def create(caller: Caller, given: Given) -> Answer:
    project = project_of(caller, "alerts.change")
    name, url, types = given.text("name", required=True), _url(given, required=True), _types(given)
    if not types:
        raise invalid(f"Missing value for required parameter 'events'.{SEE}")
    wanted = SubscriptionSettings(
        name=name,
        url=url,
        envelope="mlflow",
        types=types,
        secret=given.text("secret"),
        description=given.text("description"),
    )
    status = _status(given)
    row, _secret = _kept(actions.create, caller.person, project, wanted)
    if status == "DISABLED":
        row = actions.pause(caller.person, row)
    return {"webhook": _shaped(caller, row)}


def show(caller: Caller, _given: Given, webhook: str) -> Answer:
    return {"webhook": _shaped(caller, _found(caller, webhook))}


def listed(caller: Caller, given: Given) -> Answer:
    most, start = page_of(given, default=100, most=1_000)
    page = list(_rows(caller).order_by("created_at", "pk")[start : start + most + 1])
    return {"webhooks": [_shaped(caller, row) for row in page[:most]]} | next_page(page, start, most)


def update(caller: Caller, given: Given, webhook: str) -> Answer:
    row, status = _found(caller, webhook), _status(given)
    known = settings_of(row)
    wanted = msgspec.structs.replace(
        known,
        name=given.text("name") or known.name,
        url=_url(given),
        types=_types(given) or known.types,
        secret=given.text("secret"),
        description=given.text("description") if given.has("description") else known.description,
    )
    row = _kept(actions.update, caller.person, row, wanted)
    if status == "DISABLED" and row.state != SubscriptionState.DISABLED:
        row = actions.pause(caller.person, row)
    elif status == "ACTIVE":
        row = actions.resume(caller.person, row)
    return {"webhook": _shaped(caller, row)}


def delete(caller: Caller, _given: Given, webhook: str) -> None:
    actions.delete(caller.person, _found(caller, webhook))


def test(caller: Caller, given: Given, webhook: str) -> Answer:
    """A made-up event, sent while the caller waits, and what the receiver answered."""
    row = _found(caller, webhook)
    name = _name(given.record("event")) if given.has("event") else _names(row)[0]
    event: Event = tell(caller.person, row, "tested")
    content, kept, now = msgspec.json.encode(mlflow.example(event, name)), secrets_of(row), timezone.now()
    headers = mlflow.headers_of(content, id=str(event.id), at=now, secret=kept.secret)
    headers |= {"content-type": "application/json"}
    if kept.authorization:
        headers["authorization"] = kept.authorization
    try:
        answer = outside.post(kept.url, content, headers, timeout=TEST_SECONDS)
    except Refusal as refusal:
        told = f"Failed to test webhook: {refusal.message} {refusal.hint}".strip()
        return {"result": {"success": False, "error_message": told}}
    body = answer.body.decode("utf-8", errors="replace").replace("\0", "")[:SHOWN_CHARACTERS]
    is_taken = answer.status < 400
    return {"result": {"success": is_taken, "response_status": answer.status, "response_body": body}}


def _rows(caller: Caller) -> QuerySet[Subscription]:
    return visible_to(caller.person).filter(project__in=projects_of(caller), envelope=Envelope.MLFLOW)


def _found(caller: Caller, given: str) -> Subscription:
    key = as_key(given)
    found = _rows(caller).filter(pk=key).first() if key is not None else None
    if found is None:
        raise missing(f"Webhook with ID {given} not found.")
    return found


def _url(given: Given, *, required: bool = False) -> str:
    url = given.text("url", required=required)
    if not url:
        return ""
    if not url.strip():
        raise invalid(f"Webhook URL cannot be empty or just whitespace: {url!r}")
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise invalid(f"Invalid webhook URL {url!r}: {error}") from None
    if scheme not in ("http", "https"):
        raise invalid(f"Invalid webhook URL scheme: {scheme!r}. Allowed schemes are: https.")
    return url.strip()


def _types(given: Given) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mlflow.OURS_OF[_name(one)] for one in given.records("events")))


def _name(event: dict[str, Any]) -> str:
    name = f"{event.get('entity', '')}.{event.get('action', '')}".lower()
    if name not in mlflow.OURS_OF:
        raise invalid(f"This server tells no event '{name}'. It tells: {', '.join(mlflow.OURS_OF)}.")
    return name


def _names(row: Subscription) -> list[str]:
    """As they were told; on our pages types may be told by patterns too, and none means all."""
    told = row.types or ["*"]
    found = [name for one in told for name, ours in mlflow.OURS_OF.items() if is_type_of(ours, [one])]
    return list(dict.fromkeys(found))


def _status(given: Given) -> str:
    status = given.text("status")
    if status not in ("", "ACTIVE", "DISABLED"):
        raise invalid(f"Invalid value '{status[:100]}' for parameter 'status'. It is ACTIVE or DISABLED.")
    return status


def _kept(act: Any, *given: Any) -> Any:
    try:
        return act(*given)
    except Refusal as refusal:
        if refusal.code != "name_taken":
            raise
        raise Fault("RESOURCE_ALREADY_EXISTS", refusal.message) from refusal


def _shaped(caller: Caller, row: Subscription) -> dict[str, Any]:
    """A token that may only read sees of the address what the pages show: its host. The secret is told to nobody."""
    told = [name.split(".") for name in _names(row)]
    return {
        "webhook_id": str(row.pk),
        "name": row.name,
        "description": row.description,
        "url": secrets_of(row).url if caller.may_write else row.host,
        "events": [{"entity": entity.upper(), "action": action.upper()} for entity, action in told],
        "status": "ACTIVE" if row.state in (SubscriptionState.ACTIVE, SubscriptionState.VALIDATING) else "DISABLED",
        "creation_timestamp": millis(row.created_at),
        "last_updated_timestamp": millis(row.updated_at),
    }
