"""Events of data stores."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Changed(Data, kw_only=True):
    kind: Annotated[str, said("Such as `s3` or `azure_blob`.")]
    fields: Annotated[list[str], said("The names of what was given; no value is told.")]


TYPES = (
    EventType("mlops.datastore.created", "Data store set up", "A place outside is made known.", "datastores/{name}",
              Changed),
    EventType("mlops.datastore.updated", "Data store changed", "Its settings or credentials change.",
              "datastores/{name}", Changed),
    EventType("mlops.datastore.deleted", "Data store forgotten", "It is no longer known.", "datastores/{name}",
              Changed),
)  # fmt: skip
