"""Events of monitors and of collected data."""

from __future__ import annotations

from typing import Annotated, Any

from mlops.events.catalogue.described import Data, EventType, Time, said

Name = Annotated[str, said("The monitor's name.")]
Id = Annotated[str, said("The monitor's id.")]
Look = Annotated[str, said("The id of the look that found it.")]
Signal = Annotated[str, said("The signal's name.")]


class Changed(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    changed: Annotated[list[str], said("The names of the settings that changed.")] = []


class Looked(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    run: Look
    start: Time | None = None
    end: Time | None = None
    alarms: Annotated[list[str], said("Signals that raise an alarm.")] = []
    rows: int = 0
    code: Annotated[str, said("Of the refusal, where it failed.")] = ""
    endpoint: str = ""
    deployment: str = ""
    model: str = ""
    baseline: str = ""
    target: str = ""


class Found(Data, kw_only=True):
    """What one signal says of a window."""

    monitor: Name
    monitor_id: Id
    run: Look
    signal: Signal
    kind: Annotated[str, said("The signal's kind, such as `data_quality`.")] = ""
    magnitude: Annotated[float | None, said("What the chart over time shows.")]
    threshold: float | None
    features: Annotated[list[str], said("The most contributing, at most ten.")]
    start: Annotated[Time | None, said("Of the window.")]
    end: Time | None
    baseline: Annotated[str, said("In words, such as `training data of price:3`.")]
    target: Annotated[str, said("In words.")]
    endpoint: str = ""
    deployment: str = ""
    model: Annotated[str, said("`name:version`, where there is one.")] = ""
    metric: str = ""
    segment: Annotated[str, said("`column=value` where only those rows were looked at.")] = ""
    since: Annotated[Time | None, said("When it began, where it is over.")] = None
    base_dataset: Annotated[str, said("`name:version` or id of the baseline, where it is a dataset.")] = ""
    target_dataset: str = ""


class Collection(Data, kw_only=True):
    endpoint: str = ""
    deployment: str = ""
    rows: int = 0
    data: Annotated[dict[str, Any], said("Further facts, by name.")] = {}


MONITOR = "monitors/{name}"
ENDPOINT = "endpoints/{name}"

TYPES = (
    EventType("mlops.monitor.created", "Monitor created", "A monitor is made.", MONITOR, Changed),
    EventType("mlops.monitor.updated", "Monitor updated", "A monitor's settings change.", MONITOR, Changed),
    EventType("mlops.monitor.enabled", "Monitor enabled", "A monitor is switched on.", MONITOR, Changed),
    EventType("mlops.monitor.disabled", "Monitor disabled", "A monitor is switched off.", MONITOR, Changed),
    EventType("mlops.monitor.deleted", "Monitor deleted", "A monitor is deleted.", MONITOR, Changed),
    EventType("mlops.monitor.run_completed", "Monitor looked", "A window was examined.", MONITOR, Looked),
    EventType("mlops.monitor.run_failed", "Monitor failed", "A window could not be examined; the reason says why.",
              MONITOR, Looked),
    EventType("mlops.monitor.drift_detected", "Drift detected", "Data differ from the baseline by more than the limit.",
              MONITOR, Found),
    EventType("mlops.monitor.drift_cleared", "Drift cleared", "Data are within the limit again.", MONITOR, Found),
    EventType("mlops.monitor.alarm_raised", "Alarm raised",
              "Quality, performance or a signal of your own passed its limit.", MONITOR, Found),
    EventType("mlops.monitor.alarm_cleared", "Alarm cleared", "It is within the limit again.", MONITOR, Found),
    EventType("mlops.collection.started", "Collection started", "Data of an endpoint are collected from now on.",
              ENDPOINT, Collection),
    EventType("mlops.collection.stopped", "Collection stopped", "Data are collected no more.", ENDPOINT, Collection),
    EventType("mlops.collection.failing", "Collection failing", "Collected data do not arrive; the reason says why.",
              ENDPOINT, Collection),
    EventType("mlops.collection.recovered", "Collection recovered", "Collected data arrive again.", ENDPOINT,
              Collection),
    EventType("mlops.collection.dropped", "Rows dropped", "Rows could not be kept, within the bounds that were set.",
              ENDPOINT, Collection),
)  # fmt: skip
