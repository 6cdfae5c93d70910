"""Events of data that is asked for or leaves, and of saved queries."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Left(Data, kw_only=True):
    tables: list[str]
    rows: int
    format: Annotated[str, said("`rows`, `csv`, `parquet` or `arrow`.")]
    query: Annotated[str, said("The SQL, or the condition of an export; its first 2,000 characters.")]


class Kept(Data, kw_only=True):
    name: str
    query: Annotated[str, said("Its first 2,000 characters.")]
    is_new: bool


class Gone(Data, kw_only=True):
    name: str
    query: str


TYPES = (
    EventType("mlops.data.queried", "Data queried", "Somebody ran SQL and saw its rows.", "projects/{slug}", Left),
    EventType("mlops.data.exported", "Data exported", "A table, or the rows of a query, left as a file.",
              "{noun}/{name}", Left),
    EventType("mlops.query.saved", "Query saved", "A query is kept for everybody in the project.",
              "queries/{project}/{name}", Kept),
    EventType("mlops.query.deleted", "Query deleted", "A saved query is removed.", "queries/{project}/{name}", Gone),
)  # fmt: skip
