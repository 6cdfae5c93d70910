"""Events of assets that go into the recycle bin, come out of it, or go for good."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Deleted(Data, kw_only=True):
    bytes: Annotated[int, said("What its files hold, also where others hold the same.")] = 0


class Undeleted(Data, kw_only=True):
    old_name: Annotated[str, said("The name that it was deleted by; it may have another one now.")] = ""


class Emptied(Data, kw_only=True):
    removed: Annotated[int, said("How many things went for good.")]
    bytes: Annotated[int, said("What their files held, also where others hold the same.")]
    stays: Annotated[int, said("How many were refused, because something uses them.")] = 0


NOUNS = ("model", "dataset", "component", "environment")
DELETED = tuple(
    EventType(
        f"mlops.{noun}.deleted",
        f"{noun.capitalize()} deleted",
        f"A whole {noun}, or one of its versions, goes into the recycle bin.",
        f"{noun}s/{{name}}",
        Deleted,
    )
    for noun in NOUNS[1:]
)
PUT_BACK = tuple(
    EventType(
        f"mlops.{noun}.undeleted",
        f"{noun.capitalize()} put back",
        f"A whole {noun}, or one of its versions, comes out of the recycle bin.",
        f"{noun}s/{{name}}",
        Undeleted,
    )
    for noun in NOUNS
)
GONE = tuple(
    EventType(
        f"mlops.{noun}.purged",
        f"{noun.capitalize()} deleted for good",
        f"A whole {noun}, or one of its versions, is removed, but for its tombstone.",
        f"{noun}s/{{name}}",
        Deleted,
    )
    for noun in NOUNS
)
EMPTIED = EventType(
    "mlops.bin.emptied",
    "Recycle bin emptied",
    "An owner removes for good what lies in a project's recycle bin.",
    "projects/{slug}",
    Emptied,
)
TYPES = (*DELETED, *PUT_BACK, *GONE, EMPTIED)
