"""What a row says, as the facts that an event keeps of it before and after an act."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Any

import msgspec
from django.db.models import BinaryField, Field, Model

Change = tuple[dict[str, Any], dict[str, Any]]
"""The facts before an act and after it; a thing that is gone has none after."""
INTO_BIN: Change = ({"in_recycle_bin": False}, {"in_recycle_bin": True})
OUT_OF_BIN: Change = (INTO_BIN[1], INTO_BIN[0])
SECRET = re.compile(r"secret|password|passwd|token|digest|sealed|kubeconfig|private|credential|hash", re.IGNORECASE)
NOISE = frozenset(
    {"changed_at", "updated_at", "last_used_at", "state_since", "next_look_at", "changed_by", "heartbeat_at"}
)
LONGEST = 4_000


def stored(thing: Model, *, leave_out: Collection[str] = ()) -> dict[str, Any]:
    """Read from the database, so that it holds whatever else the object in hand says; {} where there is no row.

    What may be a secret is never told, by its name, nor are binary values and moments of mere upkeep. Costs a query."""
    names = [one.attname for one in thing._meta.concrete_fields if _is_fact(one) and one.name not in leave_out]
    found = type(thing)._base_manager.filter(pk=thing.pk).values(*names).first()
    return {} if found is None else {name: _short(value) for name, value in found.items()}


def gone(thing: Model, *, leave_out: Collection[str] = ()) -> Change:
    """Of what the act is about to delete."""
    return stored(thing, leave_out=leave_out), {}


def sides(change: Change | None) -> dict[str, Any]:
    """As `chain.record` takes them."""
    return {} if change is None else {"before": change[0], "after": change[1]}


def _is_fact(field: Field[Any, Any]) -> bool:
    return not (isinstance(field, BinaryField) or field.name in NOISE or SECRET.search(field.name))


def _short(value: Any) -> Any:
    """Of what is cut, the digest still tells whether it changed."""
    text = value if isinstance(value, str) else to_json(value).decode() if isinstance(value, dict | list) else ""
    if len(text) <= LONGEST:
        return value
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[:LONGEST]}… ({len(text)} characters, SHA-256 {digest}…)"


def to_json(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")
