"""Whether an event is what the catalogue says: for tests, and for whoever adds a type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from mlops.events.catalogue import TYPES
from mlops.formats.refusal import nearest

SECRET = re.compile(
    r"(password|passwd|secret|credentials?|private_key|connection_string|(api|access|auth|account)_?(token|key))$",
    re.IGNORECASE,
)

CHANGES = re.compile(r"(^|_)(updated|changed|set|renamed|enabled|disabled|paused|resumed|deleted)$")
"""Acts of these names tell what was before and what is after."""
TOLD_OTHERWISE = {
    "mlops.account.password_changed": "a secret on both sides",
    "mlops.collection.resumed": "nobody's act: rows come again",
    "mlops.dataset.source_changed": "nobody's act: the data tell what differs",
    "mlops.dataset.version_deleted": "of a version that never came to be",
    "mlops.trace.deleted": "many at once: the data tell how many",
}


class Undescribed(AssertionError):
    """The act and the catalogue differ."""


def check(type: str, *, subject: str, data: dict[str, Any], changed: dict[str, Any] | None = None) -> None:
    """Raises Undescribed, which says where to correct it. `changed`: the facts that differ."""
    known = TYPES.get(type)
    if known is None:
        place = "Describe it in mlops/events/catalogue/, then run `python -m mlops.events.catalogue docs/events`."
        raise Undescribed(f"The event type {type} is not in the catalogue. {nearest(type, TYPES)} {place}")
    if not known.has_subject(subject):
        raise Undescribed(f"{type}: the subject is '{subject}', not like '{known.subject}'.")
    try:
        msgspec.convert(data, known.data, strict=True)
    except msgspec.ValidationError as error:
        raise Undescribed(
            f"{type}: its data is not as {known.data.__qualname__} says: {error}. It is {data}"
        ) from error
    if changed is None and CHANGES.search(type.rpartition(".")[2]) and type not in TOLD_OTHERWISE:
        raise Undescribed(f"{type}: it tells neither before nor after. Give both, as events.facts has them.")
    for key, value in (*_texts(data), *_texts(changed or {})):
        if value and SECRET.search(key):
            raise Undescribed(f"{type}: “{key}” looks like a secret, which no event may hold.")


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    for name, one in value.items() if isinstance(value, dict) else ():
        yield from _texts(one, str(name))
    for one in value if isinstance(value, list | tuple) else ():
        yield from _texts(one, key)
