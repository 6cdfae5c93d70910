"""Events of published pipelines and of schedules."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Time, said


class Published(Data, kw_only=True):
    name: str
    version: int
    default: Annotated[bool, said("Whether callers get this version now.")]


class Named(Data, kw_only=True):
    name: str


class VersionOf(Data, kw_only=True):
    name: str
    version: Annotated[int | None, said("None where it is about all versions.")]


class ScheduleOf(Data, kw_only=True):
    name: str
    endpoint: Annotated[str, said("The published pipeline that it calls.")]


class Triggered(Data, kw_only=True):
    name: str
    endpoint: str
    state: Annotated[str, said("`started`, `queued`, `skipped` or `refused`.")]


class Missed(Data, kw_only=True):
    name: str
    endpoint: str
    count: Annotated[int, said("How many times passed without a run.")]
    first: Time
    last: Time


class NotRun(Data, kw_only=True):
    name: str
    endpoint: str
    due: Time


PIPELINE, SCHEDULE = "pipeline-endpoints/{id}", "schedules/{id}"

TYPES = (
    EventType("mlops.pipeline.published", "Pipeline published", "A pipeline gets a version that can be called.",
              PIPELINE, Published),
    EventType("mlops.pipeline.default_set", "Default set", "Callers get another version from now on.", PIPELINE,
              VersionOf),
    EventType("mlops.pipeline.described", "Pipeline described", "Its texts change.", PIPELINE, Named),
    EventType("mlops.pipeline.enabled", "Pipeline enabled", "It, or a version of it, can be called again.", PIPELINE,
              VersionOf),
    EventType("mlops.pipeline.disabled", "Pipeline disabled", "It, or a version of it, refuses callers.", PIPELINE,
              VersionOf),
    EventType("mlops.schedule.created", "Schedule created", "A schedule is made.", SCHEDULE, ScheduleOf),
    EventType("mlops.schedule.changed", "Schedule changed", "A schedule's settings change.", SCHEDULE, ScheduleOf),
    EventType("mlops.schedule.enabled", "Schedule enabled", "A schedule is switched on.", SCHEDULE, ScheduleOf),
    EventType("mlops.schedule.disabled", "Schedule disabled", "A schedule is switched off.", SCHEDULE, ScheduleOf),
    EventType("mlops.schedule.deleted", "Schedule deleted", "A schedule is deleted.", SCHEDULE, ScheduleOf),
    EventType("mlops.schedule.triggered", "Schedule triggered", "Somebody has a schedule fire once, beside its times.",
              SCHEDULE, Triggered),
    EventType("mlops.schedule.missed", "Schedule missed",
              "Times of a schedule passed while nobody looked, and its rule leaves them out.", SCHEDULE, Missed),
    EventType("mlops.schedule.skipped", "Schedule skipped",
              "A time is left out because an earlier run of the schedule still goes.", SCHEDULE, NotRun),
    EventType("mlops.schedule.refused", "Schedule refused", "The pipeline could not be submitted; the reason says why.",
              SCHEDULE, NotRun),
)  # fmt: skip
