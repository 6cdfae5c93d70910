"""Events of backups."""

from __future__ import annotations

from typing import Annotated, Literal

from mlops.events.catalogue.described import Data, EventType, said


class Taken(Data, kw_only=True):
    path: Annotated[str, said("Where it was written, on the machine of the command.")]
    bytes: int
    database: Literal["sqlite", "postgresql"]
    blobs: Annotated[int, said("How many stored files it holds.")]
    missing: Annotated[int, said("How many the database names that the store had lost before.")]
    secret_key: Annotated[bool, said("Whether the secret key is in it.")]


TYPES = (
    EventType(
        "mlops.backup.taken",
        "Backup taken",
        "A backup of database and files was written whole.",
        "backups/{name}",
        Taken,
    ),
)
