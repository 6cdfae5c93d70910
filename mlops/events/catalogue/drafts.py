"""Events of drawings on the canvas, and of the inference pipelines among them."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, RunId, said


class Created(Data, kw_only=True):
    name: str
    cloned_from: Annotated[str, said("What it was cloned from, such as `runs/…`; empty: it began empty.")]


class VersionNamed(Data, kw_only=True):
    name: str
    revision: int


class Renamed(Data, kw_only=True):
    before: str
    after: str


class Deleted(Data, kw_only=True):
    name: str


class FromRun(Data, kw_only=True):
    run: Annotated[RunId, said("The training run that it was made from.")]
    number: int


class Linked(Data, kw_only=True):
    repository: Annotated[str, said("The repository's name here.")]
    path: Annotated[str, said("The file that the drawing is kept the same as.")]
    branch: Annotated[str, said("The branch that is followed; empty until it is known.")]
    commit: Annotated[str, said("The commit that it is about; else empty.")]
    revision: Annotated[int, said("The drawing's revision.")]
    why: Annotated[str, said("What happened, or which side was kept; else empty.")] = ""


DRAFT = "drafts/{id}"

TYPES = (
    EventType("mlops.draft.created", "Drawing created", "A pipeline's drawing is begun or cloned.", DRAFT, Created),
    EventType("mlops.draft.version_named", "Drawing named", "A revision gets a name.", DRAFT, VersionNamed),
    EventType("mlops.draft.renamed", "Drawing renamed", "A drawing gets another name.", DRAFT, Renamed),
    EventType("mlops.draft.deleted", "Drawing deleted", "A drawing is deleted.", DRAFT, Deleted),
    EventType("mlops.draft.git_linked", "Drawing linked to a file", "A drawing and a file of a repository are kept the"
              " same, or the terms of it change.", DRAFT, Linked),
    EventType("mlops.draft.git_unlinked", "Drawing unlinked", "They go their own ways from now on.", DRAFT, Linked),
    EventType("mlops.draft.git_pushed", "Drawing pushed", "A version became a commit.", DRAFT, Linked),
    EventType("mlops.draft.git_pulled", "Drawing pulled", "A commit became a version.", DRAFT, Linked),
    EventType("mlops.draft.git_conflicted", "Drawing in conflict", "The drawing and the file both changed.", DRAFT,
              Linked),
    EventType("mlops.draft.git_settled", "Conflict settled", "Somebody chose a side.", DRAFT, Linked),
    EventType(
        "mlops.inference_pipeline.created", "Inference pipeline created",
        "An inference pipeline is made from a training run.", DRAFT, FromRun,
    ),
    EventType(
        "mlops.inference_pipeline.updated", "Inference pipeline updated",
        "An inference pipeline follows a newer training run.", DRAFT, FromRun,
    ),
)  # fmt: skip
