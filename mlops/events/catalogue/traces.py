"""Events of traces that code told."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Deleted(Data, kw_only=True):
    experiment_id: str
    experiment: str
    traces: Annotated[int, said("How many went.")]


TYPES = (
    EventType("mlops.trace.deleted", "Traces deleted", "Traces of an experiment are removed for good.",
              "experiments/{id}", Deleted),
)  # fmt: skip
