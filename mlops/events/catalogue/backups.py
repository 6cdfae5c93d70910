"""Events of backups."""

from __future__ import annotations

from typing import Annotated, Literal

from mlops.events.catalogue.described import Data, EventType, Time, said


class Taken(Data, kw_only=True):
    path: Annotated[str, said("Where it was written, on the machine of the command.")]
    bytes: int
    database: Literal["sqlite", "postgresql"]
    blobs: Annotated[int, said("How many stored files it holds.")]
    missing: Annotated[int, said("How many the database names that the store had lost before.")]
    secret_key: Annotated[bool, said("Whether the secret key is in it.")]


class Verified(Data, kw_only=True):
    path: Annotated[str, said("Where it lies, on the machine of the command.")]
    taken_at: Time
    blobs: Annotated[int, said("How many stored files it holds.")]
    damaged: Annotated[int, said("How many were damaged when it was taken.")]


TYPES = (
    EventType(
        "mlops.backup.taken",
        "Backup taken",
        "A backup of database and files was written whole.",
        "backups/{name}",
        Taken,
    ),
    EventType(
        "mlops.backup.verified",
        "Backup verified",
        "A backup was read whole, and every member is as it was written.",
        "backups/{name}",
        Verified,
    ),
)
