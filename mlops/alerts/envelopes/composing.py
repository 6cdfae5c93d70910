"""One function over all envelopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from mlops.alerts.envelopes import azure, cloudevents, mlflow
from mlops.alerts.models.subscription import Envelope
from mlops.events.models import Event


@dataclass(frozen=True, kw_only=True)
class Sending:
    content: bytes
    headers: dict[str, str]
    type: str
    """As the receiver sees it."""
    view: dict[str, Any]
    """The members as the receiver sees them."""


Form = Callable[[Event], dict[str, Any] | None]
"""The body of an event in an envelope of a package above this one; None where it has none."""
_forms: dict[str, Form] = {}


def register(envelope: str, form: Form) -> None:
    _forms[envelope] = form


def compose(event: Event, envelope: str) -> Sending | None:
    """None where the envelope has no form for such an event: Azure's know five types."""
    if envelope in _forms:
        return _registered(event, _forms[envelope])
    if envelope == Envelope.CLOUDEVENTS:
        return _structured(cloudevents.form(event))
    if envelope == Envelope.CLOUDEVENTS_BINARY:
        view = cloudevents.form(event)
        content = msgspec.json.encode(view["data"])
        return Sending(content=content, headers=cloudevents.binary_headers(view), type=view["type"], view=view)
    if envelope == Envelope.MLFLOW:
        return _webhook(event)
    mapped = azure.mapped(event)
    if mapped is None:
        return None
    if envelope == Envelope.AZURE_CLOUDEVENTS:
        return _structured(azure.cloud_event(event, mapped), azure.HEADERS)
    view = azure.grid_event(event, mapped)
    headers = {"content-type": "application/json; charset=utf-8", **azure.HEADERS}
    return Sending(content=msgspec.json.encode([view]), headers=headers, type=mapped.type, view=view)


def _registered(event: Event, form: Form) -> Sending | None:
    body = form(event)
    if body is None:
        return None
    view = {**body, "type": event.type, "subject": event.subject}
    headers = {"content-type": "application/json; charset=utf-8"}
    return Sending(content=msgspec.json.encode(body), headers=headers, type=event.type, view=view)


def _webhook(event: Event) -> Sending | None:
    told = mlflow.form(event)
    if told is None:
        return None
    type = f"{told['entity']}.{told['action']}"
    view = {"type": type, "subject": event.subject, **told}
    return Sending(
        content=msgspec.json.encode(told), headers={"content-type": "application/json"}, type=type, view=view
    )


def _structured(view: dict[str, Any], more: dict[str, str] | None = None) -> Sending:
    headers = {"content-type": "application/cloudevents+json; charset=utf-8", **(more or {})}
    return Sending(content=msgspec.json.encode(view), headers=headers, type=view["type"], view=view)
