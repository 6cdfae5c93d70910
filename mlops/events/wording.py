"""Types of events and who did them, in the reader's language. They are recorded and described in English; their titles
and descriptions stand in the catalogues under the context `event`."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext, pgettext

from mlops.events.catalogue import GROUPS, TYPES
from mlops.events.circumstances import SYSTEM

CONTEXT = "event"


def texts() -> Iterator[str]:
    """Those that people read."""
    for title, group in GROUPS.items():
        yield title
        for one in group:
            yield from (one.title, one.when)


def title_of(event_type: str) -> str:
    """The type itself, where no title is known: an older version recorded it."""
    known = TYPES.get(event_type)
    return pgettext(CONTEXT, known.title) if known else event_type


def actor(name: str) -> str:
    """As an event has it, who did it: a person's name, or the server itself."""
    return gettext("system") if name == SYSTEM else name


def recorded_actor(name: str) -> str:
    """As events have it, of what somebody reads or types."""
    return SYSTEM if name == gettext("system") else name
