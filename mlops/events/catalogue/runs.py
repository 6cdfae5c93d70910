"""Events of runs."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Facts, RunId, Tags, said


class Submitted(Data, kw_only=True):
    run_id: RunId
    number: int
    name: str
    experiment: str
    experiment_id: str
    kind: Annotated[str, said("`pipeline`, `command`, `sweep`, `parallel` or `tracked`.")]
    origin: Annotated[str, said("What it was submitted from, such as `schedules/…`.")]
    state: str
    spec: Annotated[str, said("Digest of the frozen pipeline.")]
    pins: Annotated[int, said("How many kept outputs of earlier runs went into it.")]


class Moved(Data, kw_only=True):
    run_id: RunId
    number: Annotated[int, said("Counts within the project.")]
    name: str
    experiment: str
    experiment_id: str
    kind: Annotated[str, said("`pipeline`, `command`, `sweep`, `parallel` or `tracked`.")]
    origin: Annotated[str, said("What it was submitted from, such as `schedules/…`.")]
    state: Annotated[str, said("The state it has now.")]
    tags: Tags
    properties: Facts


RUN = "runs/{id}"

TYPES = (
    EventType("mlops.run.submitted", "Run submitted", "A pipeline is submitted and waits to begin.", RUN, Submitted),
    EventType("mlops.run.started", "Run started", "The first steps of a run may begin.", RUN, Moved),
    EventType("mlops.run.completed", "Run completed", "All steps of a run have completed.", RUN, Moved),
    EventType("mlops.run.failed", "Run failed", "A run ended because a step failed; the reason says which.", RUN,
              Moved),
    EventType("mlops.run.cancel_requested", "Cancelling asked for", "Somebody asks that a run be stopped.", RUN),
    EventType("mlops.run.cancelled", "Run cancelled", "A run was stopped before its end.", RUN, Moved),
)  # fmt: skip
