"""MLflow's webhooks: an entity, what was done to it, and the fields that its receivers read.

https://mlflow.org/docs/latest/ml/webhooks/ (six events of the model registry)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mlops.events.models import Event

Fields = dict[str, Any]


def form(event: Event) -> Fields | None:
    """None for an event that MLflow has no name for."""
    if event.type == "mlops.subscription.tested":
        return example(event, "model_version.created")
    told = TYPES.get(event.type)
    if told is None:
        return None
    name, fields = told
    return _body(event, name, fields(event))


def example(event: Event, name: str) -> Fields:
    """As such an event would look, made up."""
    made_up = {"name": "example_model", "version": "1", "tags": {"example_key": "example_value"}, "alias": "champion"}
    made_up |= {"key": "example_key", "value": "example_value", "description": "An example", "run_id": "", "source": ""}
    return _body(event, name, {field: made_up[field] for field in FIELDS[name]})


def headers_of(body: bytes, *, id: str, at: datetime, secret: str) -> dict[str, str]:
    """The secret is any text; without one nothing is signed."""
    stamp = str(int(at.timestamp()))
    headers = {"X-MLflow-Delivery-Id": id, "X-MLflow-Timestamp": stamp}
    if secret:
        signature = hmac.new(secret.encode(), f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
        headers["X-MLflow-Signature"] = f"v1,{base64.b64encode(signature).decode()}"
    return headers


def _body(event: Event, name: str, fields: Fields) -> Fields:
    entity, _dot, action = name.partition(".")
    return {
        "entity": entity,
        "action": action,
        "timestamp": event.at.isoformat(),
        "data": fields,
        **({"workspace": event.project.slug} if event.project else {}),
    }


def _version_of(event: Event) -> Fields:
    name, _colon, version = event.subject.removeprefix("models/").rpartition(":")
    return {"name": name, "version": version}


def _model(event: Event) -> Fields:
    told = event.data
    name = event.subject.removeprefix("models/")
    return {"name": name, "tags": told.get("tags", {}), "description": told.get("description") or None}


def _registered(event: Event) -> Fields:
    told, version = event.data, _version_of(event)
    return version | {
        "source": f"models:/{version['name']}/{version['version']}",
        "run_id": told["run"].replace("-", "") or None,
        "tags": told["tags"],
        "description": told.get("description") or None,
    }


def _tagged(event: Event) -> Fields:
    """Of several that were set at once `key` and `value` tell the first, and `tags` all."""
    tags = event.data["tags"]
    key, value = next(iter(tags.items()), ("", ""))
    return _version_of(event) | {"key": key, "value": value} | ({"tags": tags} if len(tags) > 1 else {})


def _untagged(event: Event) -> Fields:
    return _version_of(event) | {"key": event.data["key"]}


def _alias_set(event: Event) -> Fields:
    return _version_of(event) | {"alias": event.data["alias"]}


def _alias_removed(event: Event) -> Fields:
    return {"name": event.subject.removeprefix("models/"), "alias": event.data["alias"]}


TYPES: dict[str, tuple[str, Callable[[Event], Fields]]] = {
    "mlops.model.named": ("registered_model.created", _model),
    "mlops.model.registered": ("model_version.created", _registered),
    "mlops.model.tagged": ("model_version_tag.set", _tagged),
    "mlops.model.untagged": ("model_version_tag.deleted", _untagged),
    "mlops.model.alias_set": ("model_version_alias.created", _alias_set),
    "mlops.model.alias_removed": ("model_version_alias.deleted", _alias_removed),
}
"""Ours, theirs, and what is told."""

OURS_OF = {name: ours for ours, (name, _fields) in TYPES.items()}
FIELDS = {
    "registered_model.created": ("name", "tags", "description"),
    "model_version.created": ("name", "version", "source", "run_id", "tags", "description"),
    "model_version_tag.set": ("name", "version", "key", "value"),
    "model_version_tag.deleted": ("name", "version", "key"),
    "model_version_alias.created": ("name", "alias", "version"),
    "model_version_alias.deleted": ("name", "alias"),
}
