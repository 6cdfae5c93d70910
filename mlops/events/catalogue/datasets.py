"""Events of datasets and their versions."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Created(Data, kw_only=True):
    file: str
    sample: Annotated[bool, said("Whether it comes with the product.")] = False


class VersionAdded(Data, kw_only=True):
    file: str
    sha256: str
    size_bytes: int


class Registered(Data, kw_only=True):
    name: str = ""
    version: int = 0
    rows: int
    columns: int
    tree: Annotated[str, said("Digest of the imported files.")]


class ImportFailed(Data, kw_only=True):
    code: Annotated[str, said("The refusal's code; the event's reason says it in words.")]


class Described(Data, kw_only=True):
    description: str = ""
    licence: str = ""
    source: str = ""


VERSION = "datasets/{name}:{version}"

TYPES = (
    EventType("mlops.dataset.created", "Dataset created", "A dataset's first file comes.", "datasets/{name}", Created),
    EventType("mlops.dataset.version_added", "Version added", "A file is kept; it is imported next.", VERSION,
              VersionAdded),
    EventType("mlops.dataset.registered", "Dataset registered", "A version is imported and ready.", VERSION,
              Registered),
    EventType("mlops.dataset.import_failed", "Import failed", "A version could not be read.", VERSION, ImportFailed),
    EventType("mlops.dataset.described", "Dataset described", "Its texts change.", "datasets/{name}", Described),
    EventType("mlops.dataset.version_deleted", "Version deleted", "A version is deleted.", VERSION),
)  # fmt: skip
