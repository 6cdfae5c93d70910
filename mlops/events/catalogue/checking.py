"""Whether an event is what the catalogue says: for tests, and for whoever adds a type."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.events.catalogue import TYPES
from mlops.formats.refusal import nearest


class Undescribed(AssertionError):
    """The act and the catalogue differ."""


def check(type: str, *, subject: str, data: dict[str, Any]) -> None:
    """Raises Undescribed, which says where to correct it."""
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
