"""Events of monitors."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Time, said

Name = Annotated[str, said("The monitor's name.")]
Id = Annotated[str, said("The monitor's id.")]
Look = Annotated[int, said("The number of the look that found it.")]
Start = Annotated[Time | None, said("Where the window begins; none: it has no begin.")]


class Changed(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    changed: Annotated[list[str], said("The names of the settings that changed.")]


class Looks(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    looks: Annotated[list[int], said("Their numbers.")]


class BackfillRequested(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    backfill: int
    windows: Annotated[int, said("How many windows it will look at.")]
    start: Time
    end: Time


class BackfillCancelled(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    backfill: int


class Looked(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    run: Look
    start: Start
    end: Time
    is_alarm: Annotated[bool, said("Whether any signal raises an alarm.")]
    rows: int


class Failed(Data, kw_only=True):
    monitor: Name
    monitor_id: Id
    run: Look
    start: Start
    end: Time


class Found(Data, kw_only=True):
    """What one signal says of a window."""

    monitor: Name
    monitor_id: Id
    run: Look
    signal: Annotated[str, said("The signal's name.")]
    kind: Annotated[str, said("The signal's kind, such as `data_drift`.")]
    magnitude: Annotated[float | None, said("The value that is held against the threshold.")]
    threshold: float | None
    metric: Annotated[str, said("Of which it is the value.")]
    features: Annotated[list[str], said("The most contributing, at most ten.")]
    start: Start
    end: Time
    baseline: Annotated[str, said("In words, such as `training data of price:3`.")]
    target: Annotated[str, said("In words.")]
    endpoint: str | None
    deployment: str | None
    dataset: Annotated[str | None, said("What is watched, where it is no endpoint.")]
    model: Annotated[str | None, said("`name:version`, where there is one.")]
    emails: Annotated[list[str], said("Whom the monitor's definition names.")] = []


MONITOR = "monitors/{name}"

TYPES = (
    EventType("mlops.monitor.created", "Monitor created", "A monitor is made.", MONITOR, Changed),
    EventType("mlops.monitor.updated", "Monitor updated", "A monitor's settings change.", MONITOR, Changed),
    EventType("mlops.monitor.deleted", "Monitor deleted", "A monitor is deleted.", MONITOR, Changed),
    EventType("mlops.monitor.looks_requested", "Look asked for", "Somebody lets a window be examined now.", MONITOR,
              Looks),
    EventType("mlops.monitor.looks_cancelled", "Look cancelled", "Looks are cancelled.", MONITOR, Looks),
    EventType("mlops.monitor.backfill_requested", "Back-fill asked for", "Earlier windows are to be examined.",
              MONITOR, BackfillRequested),
    EventType("mlops.monitor.backfill_cancelled", "Back-fill cancelled", "A back-fill is stopped.", MONITOR,
              BackfillCancelled),
    EventType("mlops.monitor.run_completed", "Monitor looked", "A window was examined.", MONITOR, Looked),
    EventType("mlops.monitor.run_failed", "Monitor failed", "A window could not be examined; the reason says why.",
              MONITOR, Failed),
    EventType("mlops.monitor.drift_detected", "Drift detected", "Data differ from the baseline by more than the limit.",
              MONITOR, Found),
    EventType("mlops.monitor.drift_cleared", "Drift cleared", "Data are within the limit again.", MONITOR, Found),
    EventType("mlops.monitor.alarm_raised", "Alarm raised",
              "Quality, performance or a signal of your own passed its limit.", MONITOR, Found),
    EventType("mlops.monitor.alarm_cleared", "Alarm cleared", "It is within the limit again.", MONITOR, Found),
)  # fmt: skip
