"""The form that tries an endpoint: made from the model's signature, filled with typical values, or plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.deployments.invoking import Invoked, invoke
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.model import Field
from mlops.formats.refusal import Refusal
from mlops.registry.queries import signature_of

LONGEST_JSON = 2_000_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the form; `value` as typed."""

    field: Field
    value: str
    kind: str
    """text, number, choice, boolean or date."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """`mode` is form or json; `body` is what would be sent."""

    mode: str
    entries: tuple[Entry, ...]
    body: str

    @classmethod
    def from_form(cls, deployment: Deployment | None, typed: Mapping[str, str]) -> Trial:
        fields = fields_of(deployment)
        mode = "json" if typed.get("mode") == "json" or not fields else "form"
        entries = tuple(_entry(field, typed.get(f"field-{field.name}", "")) for field in fields)
        body = typed.get("body", "")[:LONGEST_JSON] if mode == "json" else body_of(entries)
        return cls(mode=mode, entries=entries, body=body)


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """`columns` and `rows` are the predictions as a table, where they are one."""

    invoked: Invoked
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    text: str
    problem: dict[str, Any] | None


def first_trial(deployment: Deployment | None, *, mode: str = "form") -> Trial:
    """Filled with the typical values of the signature."""
    fields = fields_of(deployment)
    entries = tuple(_entry(field, _as_typed(field.example)) for field in fields)
    body = body_of(entries) if fields else '{"data": []}'
    return Trial(mode="json" if mode == "json" or not fields else "form", entries=entries, body=body)


def tried(actor: Any, endpoint: Endpoint, trial: Trial, deployment: str) -> Tried:
    try:
        json.loads(trial.body)
    except ValueError as error:
        raise Refusal(
            "broken_json", _("This is not JSON: %(why)s.") % {"why": error}, hint=_('Such as {"data": [{…}]}.')
        ) from error
    invoked = invoke(actor, endpoint, body=trial.body.encode(), deployment=deployment)
    columns, rows = _as_table(invoked.answer)
    failed = invoked.status >= 400 and isinstance(invoked.answer, dict)
    text = (
        invoked.answer if isinstance(invoked.answer, str) else json.dumps(invoked.answer, indent=2, ensure_ascii=False)
    )
    return Tried(invoked=invoked, columns=columns, rows=rows, text=text, problem=invoked.answer if failed else None)


def fields_of(deployment: Deployment | None) -> tuple[Field, ...]:
    """None for a script: what it takes is known to its author alone."""
    if deployment is None or deployment.entry == "script":
        return ()
    signature = signature_of(deployment.version)
    return signature.inputs if signature else ()


def body_of(entries: tuple[Entry, ...]) -> str:
    row = {entry.field.name: _parsed(entry) for entry in entries}
    return json.dumps({"data": [row]}, indent=2, ensure_ascii=False)


def _entry(field: Field, value: str) -> Entry:
    kinds = {"integer": "number", "decimal": "number", "boolean": "boolean", "date": "date"}
    kind = "choice" if field.categories and field.type == "string" else kinds.get(field.type, "text")
    return Entry(field=field, value=value, kind=kind)


def _parsed(entry: Entry) -> Any:
    """Empty means missing. What is no number is sent as it is: the endpoint says what is wrong with it."""
    text = entry.value.strip()
    if not text:
        return None
    if entry.kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if entry.kind != "number":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 and entry.field.type == "integer" else number


def _as_typed(example: Any) -> str:
    if example is None:
        return ""
    return str(example).lower() if isinstance(example, bool) else str(example)


def _as_table(answer: Any) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    predictions = answer.get("predictions") if isinstance(answer, dict) else None
    if not isinstance(predictions, list) or not all(isinstance(row, dict) for row in predictions):
        return (), ()
    columns = tuple(dict.fromkeys(name for row in predictions for name in row))
    return columns, tuple(tuple(row.get(name) for name in columns) for row in predictions[:100])
