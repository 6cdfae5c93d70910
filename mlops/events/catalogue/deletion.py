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


class PolicySet(Data, kw_only=True):
    days_in_bin: Annotated[int | None, said("How long the bin keeps things; null: as the server has it; 0: for ever.")]
    keep_versions: Annotated[int, said("How many of the newest versions of each model stay; 0: all.")]
    runs_days: Annotated[int, said("When runs go from which nothing was registered, after their end; 0: never.")]
    is_on: bool


class Applied(Data, kw_only=True):
    deleted: Annotated[int, said("How many things went into the bin.")]
    bytes: Annotated[int, said("What their files hold.")]
    kept: Annotated[int, said("How many stay, because something uses them.")]


class Collected(Data, kw_only=True):
    removed: Annotated[int, said("How many files were removed.")]
    bytes: Annotated[int, said("How many bytes came free.")]
    waiting: Annotated[int, said("How many files nothing holds, which wait for their grace.")]
    waiting_bytes: int


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
POLICY_SET = EventType(
    "mlops.bin.policy_set",
    "Retention set",
    "An owner says how long a project's bin keeps things, and which rules fill it.",
    "projects/{slug}",
    PolicySet,
)
APPLIED = EventType(
    "mlops.bin.rules_applied",
    "Retention rules applied",
    "A project's rules put something into the recycle bin.",
    "projects/{slug}",
    Applied,
)
COLLECTED = EventType(
    "mlops.storage.collected",
    "Garbage collected",
    "Bytes that nothing holds any more are removed.",
    "storage",
    Collected,
)
TYPES = (*DELETED, *PUT_BACK, *GONE, EMPTIED, POLICY_SET, APPLIED, COLLECTED)
