"""Events of datasets and their versions."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.deletion import Deleted
from mlops.events.catalogue.described import Data, EventType, said


class Created(Data, kw_only=True):
    file: str
    sample: Annotated[bool, said("Whether it comes with the product.")] = False
    type: Annotated[str, said("`table`, `uri_file`, `uri_folder` or `mltable`.")] = "table"


class VersionAdded(Data, kw_only=True):
    file: str
    sha256: str
    size_bytes: int
    uri: Annotated[str, said("The address that it came from, if it was not sent.")] = ""


class Registered(Data, kw_only=True):
    name: str = ""
    version: int = 0
    rows: int
    columns: int
    type: Annotated[str, said("`table`, `uri_file`, `uri_folder` or `mltable`.")] = "table"
    files: Annotated[int, said("Of a data asset of files.")] = 0
    tree: Annotated[str, said("Digest of the imported files.")]


class ImportFailed(Data, kw_only=True):
    code: Annotated[str, said("The refusal's code; the event's reason says it in words.")]


class Described(Data, kw_only=True):
    description: str = ""
    licence: str = ""
    source: str = ""


class SourceChanged(Data, kw_only=True):
    uri: str
    is_kept: Annotated[bool, said("Whether the version has a copy of what was there, and goes on with it.")]


class Tagged(Data, kw_only=True):
    tags: dict[str, str]
    removed: list[str]


VERSION = "datasets/{name}:{version}"

TYPES = (
    EventType("mlops.dataset.created", "Dataset created", "A dataset's first file comes.", "datasets/{name}", Created),
    EventType("mlops.dataset.version_added", "Version added", "A file is kept; it is imported next.", VERSION,
              VersionAdded),
    EventType("mlops.dataset.registered", "Dataset registered", "A version is imported and ready.", VERSION,
              Registered),
    EventType("mlops.dataset.import_failed", "Import failed", "A version could not be read.", VERSION, ImportFailed),
    EventType("mlops.dataset.described", "Dataset described", "Its texts change.", "datasets/{name}", Described),
    EventType("mlops.dataset.tagged", "Dataset tagged", "Its tags change.", "datasets/{name}", Tagged),
    EventType("mlops.dataset.archived", "Dataset archived", "It, or one of its versions, is taken out of lists.",
              "datasets/{name}"),
    EventType("mlops.dataset.restored", "Dataset restored", "It, or one of its versions, is back in lists.",
              "datasets/{name}"),
    EventType("mlops.dataset.source_changed", "Source changed", "What lies at a version's address is not what it was.",
              VERSION, SourceChanged),
    EventType("mlops.dataset.version_deleted", "Version deleted", "A version goes into the recycle bin.", VERSION,
              Deleted),
)  # fmt: skip
