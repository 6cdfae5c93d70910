"""Events of explanations. They name columns and count rows; no value of a row is in them."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class ExplanationNamed(Data, kw_only=True):
    explanation: Annotated[str, said("Its name.")]


class ExplanationRequested(ExplanationNamed, kw_only=True):
    kind: str
    dataset: Annotated[str, said("`name:version` whose rows are explained; empty: the rows that the model carries.")]


class ExplanationEnded(ExplanationNamed, kw_only=True):
    kind: str = ""
    rows: Annotated[int | None, said("How many rows were explained.")] = None
    seconds: float | None = None
    weightiest: Annotated[list[str], said("The columns that count most.")] = []


class ExplanationUploaded(ExplanationNamed, kw_only=True):
    run: Annotated[str, said("The id of the run whose code computed it.")]
    rows: int
    weightiest: Annotated[list[str], said("The columns that count most.")] = []


MODEL_OR_RUN = "models/{name}:{version} or runs/{id}"

TYPES = (
    EventType("mlops.explanation.requested", "Explanation requested", "A model is to be explained.", MODEL_OR_RUN,
              ExplanationRequested),
    EventType("mlops.explanation.completed", "Explanation completed", "An explanation is there.", MODEL_OR_RUN,
              ExplanationEnded),
    EventType("mlops.explanation.uploaded", "Explanation uploaded", "A run brought an explanation along.", MODEL_OR_RUN,
              ExplanationUploaded),
    EventType("mlops.explanation.failed", "Explanation failed", "An explanation could not be computed.", MODEL_OR_RUN,
              ExplanationEnded),
    EventType("mlops.explanation.cancelled", "Explanation cancelled", "An explanation is cancelled.", MODEL_OR_RUN,
              ExplanationEnded),
    EventType("mlops.explanation.deleted", "Explanation deleted", "An explanation is deleted.", MODEL_OR_RUN,
              ExplanationNamed),
)  # fmt: skip
