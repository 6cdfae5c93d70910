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
    parent: Annotated[
        str,
        said(
            "The sweep of a trial, the outer run of a nested one; absent for others. Rules and"
            " subscriptions that name types leave such runs out, unless a filter names"
            " `data.parent`."
        ),
    ] = ""


class OutputRefused(Data, kw_only=True):
    output: str
    asset: Annotated[str, said("The data asset that it was to become.")] = ""


class Changed(Data, kw_only=True):
    run_id: RunId
    number: int
    name: Annotated[str, said("The new one, where it was renamed.")] = ""
    tags: Tags = {}
    key: Annotated[str, said("Of the tag that was taken off.")] = ""


class Prioritized(Data, kw_only=True):
    run_id: RunId
    priority: Annotated[str, said("`low`, `normal` or `high`; the one before is in `before`.")]


class Deleted(Data, kw_only=True):
    run_id: RunId
    number: int
    name: str
    experiment: str
    runs: Annotated[int, said("How many runs: itself and its child runs.")] = 1
    bytes: Annotated[int, said("What its outputs and files held.")] = 0


class Retention(Data, kw_only=True):
    experiment: str
    experiment_id: str
    older_than_days: int = 0
    keep_best: Annotated[int, said("How many of the best are kept.")] = 0
    metric: str = ""
    is_larger_better: bool = True
    keep_tagged: str = ""
    is_on: bool = True


RUN = "runs/{id}"
EXPERIMENT = "experiments/{id}"

TYPES = (
    EventType("mlops.run.output_refused", "Output not registered",
              "An output of a job could not become the data asset, or lie at the path, that its file names.",
              "runs/{id}", OutputRefused),
    EventType("mlops.run.submitted", "Run submitted", "A pipeline is submitted and waits to begin.", RUN, Submitted),
    EventType("mlops.run.started", "Run started", "The first steps of a run may begin.", RUN, Moved),
    EventType("mlops.run.completed", "Run completed", "All steps of a run have completed.", RUN, Moved),
    EventType("mlops.run.failed", "Run failed", "A run ended because a step failed; the reason says which.", RUN,
              Moved),
    EventType("mlops.run.cancel_requested", "Cancelling asked for", "Somebody asks that a run be stopped.", RUN),
    EventType("mlops.run.cancelled", "Run cancelled", "A run was stopped before its end.", RUN, Moved),
    EventType("mlops.run.prioritized", "Run put first or last", "Somebody changes how urgent a run is.", RUN,
              Prioritized),
    EventType("mlops.run.renamed", "Run renamed", "Somebody gives a run another name.", RUN, Changed),
    EventType("mlops.run.described", "Notes of a run changed", "Somebody writes notes on a run.", RUN, Changed),
    EventType("mlops.run.tagged", "Run tagged", "Tags of a run are set.", RUN, Changed),
    EventType("mlops.run.untagged", "Tag of a run removed", "A tag is taken off a run.", RUN, Changed),
    EventType("mlops.run.archived", "Run archived", "A run is put out of the lists.", RUN, Changed),
    EventType("mlops.run.unarchived", "Run brought back", "A run is back in the lists.", RUN, Changed),
    EventType("mlops.run.deleted", "Run deleted", "A run goes into the recycle bin.", RUN, Deleted),
    EventType("mlops.run.restored", "Run restored", "A run comes out of the recycle bin.", RUN, Deleted),
    EventType("mlops.run.purged", "Run deleted for good", "A run is removed, but for its tombstone.", RUN, Deleted),
    EventType("mlops.experiment.retention_set", "Retention rule set", "An owner says which runs are deleted by"
              " themselves.", EXPERIMENT, Retention),
    EventType("mlops.experiment.retention_dropped", "Retention rule dropped", "Runs of an experiment are no longer"
              " deleted by themselves.", EXPERIMENT, Retention),
)  # fmt: skip
