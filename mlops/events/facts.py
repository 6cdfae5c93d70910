"""What a row says, as the facts that an event keeps of it before and after an act."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.db.models import BinaryField, Field, Model

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


def _is_fact(field: Field[Any, Any]) -> bool:
    return not (isinstance(field, BinaryField) or field.name in NOISE or SECRET.search(field.name))


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}… ({len(value)})"
    return value
