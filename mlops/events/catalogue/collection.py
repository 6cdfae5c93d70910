"""Events of collected data."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Time, said


class Moved(Data, kw_only=True):
    endpoint: str
    deployment: str
    before: Annotated[str, said("The state before: `waiting`, `collecting`, `failing` or `off`.")]


class Dropped(Data, kw_only=True):
    endpoint: str
    deployment: str
    requests: Annotated[int, said("How many requests were not kept.")]


class Labelled(Data, kw_only=True):
    endpoint: str
    rows: int
    columns: list[str]
    source: str


class Expired(Data, kw_only=True):
    endpoint: str
    rows: int
    size_bytes: int


class WindowSaved(Data, kw_only=True):
    endpoint: str
    dataset: str
    start: Time | None
    end: Time
    deployments: Annotated[list[str], said("None are named: all.")]


class SaveEnded(Data, kw_only=True):
    endpoint: str
    dataset: str
    version: int | None
    rows: int | None


class ForgetRequested(Data, kw_only=True):
    endpoint: str
    column: Annotated[str, said("request_id, correlation_id, or a column such as `inputs.customer`.")]
    values: Annotated[int, said("How many values are to be forgotten; which ones is nowhere told.")]


class ForgetEnded(Data, kw_only=True):
    endpoint: str
    column: str
    datasets: Annotated[list[str], said("Dataset versions saved from this endpoint, which may still hold such rows.")]


class RefreshSet(Data, kw_only=True):
    endpoint: str
    dataset: str
    every_hours: float


class RefreshEnded(Data, kw_only=True):
    endpoint: str
    dataset: str


DEPLOYMENT, ENDPOINT = "endpoints/{endpoint}/{deployment}", "endpoints/{endpoint}"

TYPES = (
    EventType("mlops.collection.started", "Collection started", "The first rows of a deployment are kept.", DEPLOYMENT,
              Moved),
    EventType("mlops.collection.resumed", "Collection resumed", "Rows are kept again after a pause.", DEPLOYMENT,
              Moved),
    EventType("mlops.collection.stopped", "Collection stopped", "Collection is turned off.", DEPLOYMENT, Moved),
    EventType("mlops.collection.failing", "Collection failing", "Rows do not arrive; the reason says why.", DEPLOYMENT,
              Moved),
    EventType("mlops.collection.recovered", "Collection recovered", "Rows arrive again.", DEPLOYMENT, Moved),
    EventType("mlops.collection.dropped", "Requests dropped", "Requests were not kept; the reason says why.",
              DEPLOYMENT, Dropped),
    EventType("mlops.collection.labelled", "Labels came", "Labels of earlier requests came.", ENDPOINT, Labelled),
    EventType("mlops.collection.expired", "Rows expired", "Rows older than the time of keeping were deleted.", ENDPOINT,
              Expired),
    EventType("mlops.collection.window_saved", "Window to be saved", "A window is to become a dataset version.",
              ENDPOINT, WindowSaved),
    EventType("mlops.collection.save_completed", "Window saved", "A window became a dataset version.", ENDPOINT,
              SaveEnded),
    EventType("mlops.collection.save_failed", "Saving failed", "A window did not become a dataset version.", ENDPOINT,
              SaveEnded),
    EventType("mlops.collection.forget_requested", "Rows to be forgotten", "Somebody asks for rows to be removed.",
              ENDPOINT, ForgetRequested),
    EventType("mlops.collection.forget_completed", "Rows forgotten", "The rows are removed.", ENDPOINT, ForgetEnded),
    EventType("mlops.collection.forget_failed", "Forgetting failed", "Not all of the rows could be removed.", ENDPOINT,
              ForgetEnded),
    EventType("mlops.collection.refresh_set", "Refresh set", "A dataset is to get collected data at an interval.",
              ENDPOINT, RefreshSet),
    EventType("mlops.collection.refresh_ended", "Refresh ended", "A dataset gets no more collected data.", ENDPOINT,
              RefreshEnded),
)  # fmt: skip
