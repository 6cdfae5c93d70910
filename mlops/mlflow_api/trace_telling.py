"""What clients tell of traces: those of 3.x of one that has ended, those of 2.x when it begins and when it ends."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from mlops.mlflow_api.assessments import assess_as_told
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.finding import experiment_of
from mlops.mlflow_api.given import Given, told
from mlops.mlflow_api.trace_finding import (
    check_trace_tags,
    checked_id,
    moment_in,
    require_reachable,
    source_run,
    trace_of,
)
from mlops.mlflow_api.trace_shapes import (
    INPUTS,
    NAME,
    OUTPUTS,
    OWN_TAGS,
    SOURCE_RUN,
    STATE_OF,
    shaped_old,
    shaped_traces,
)
from mlops.runs.models import Experiment
from mlops.traces.models import TraceState
from mlops.traces.telling import Told, tell_trace

DURATION = re.compile(r"-?(\d{1,12})(?:\.(\d{1,9}))?s")


def create(caller: Caller, given: Given) -> Answer:
    """Of 3.x where a `trace` is given, else of 2.x."""
    return _begin(caller, given) if "trace" not in given.fields else _tell(caller, Given(given.record("trace")))


def end(caller: Caller, given: Given, trace_id: str) -> Answer:
    trace = trace_of(caller, trace_id, "traces.change")
    tags, metadata = given.pairs("tags"), given.pairs("request_metadata")
    check_trace_tags(tags)
    ended = moment_in(given, "timestamp_ms")
    made = tell_trace(
        caller.person,
        trace.experiment,
        Told(
            key=trace.key,
            name=tags.pop(NAME, ""),
            state=_state(given, "status"),
            started_at=trace.started_at,
            duration_ms=round((ended - trace.started_at).total_seconds() * 1_000),
            request=metadata.get(INPUTS, ""),
            response=metadata.get(OUTPUTS, ""),
            tags=_of_clients(tags),
            metadata=metadata,
        ),
    )
    return {"trace_info": shaped_old([made])[0]}


def _tell(caller: Caller, trace: Given) -> Answer:
    info = Given(trace.record("trace_info"))
    location = Given(Given(info.record("trace_location")).record("mlflow_experiment"))
    experiment = _open_experiment(caller, location.text("experiment_id"))
    tags, metadata = _pairs(info, "tags"), _pairs(info, "trace_metadata")
    key = checked_id(info.text("trace_id", required=True))
    require_reachable(caller, experiment, [key])
    made = tell_trace(
        caller.person,
        experiment,
        Told(
            key=key,
            name=tags.pop(NAME, ""),
            state=_state(info, "state"),
            started_at=_time(info.text("request_time", required=True)),
            duration_ms=_duration(info.text("execution_duration")),
            request=info.text("request_preview") or info.text("request"),
            response=info.text("response_preview") or info.text("response"),
            client_request_id=info.text("client_request_id"),
            tags=tags,
            metadata=metadata,
        ),
        run=source_run(caller, experiment, metadata.get(SOURCE_RUN)),
    )
    for one in info.records("assessments"):
        assess_as_told(caller, made, Given(one))
    return {"trace": {"trace_info": shaped_traces([made])[0]}}


def _begin(caller: Caller, given: Given) -> Answer:
    experiment = _open_experiment(caller, given.text("experiment_id", required=True))
    tags, metadata = given.pairs("tags"), given.pairs("request_metadata")
    check_trace_tags(tags)
    name = tags.pop(NAME, "")
    made = tell_trace(
        caller.person,
        experiment,
        Told(
            key=f"tr-{uuid.uuid4().hex}",
            name=name,
            started_at=moment_in(given, "timestamp_ms"),
            request=metadata.get(INPUTS, ""),
            tags=_of_clients(tags),
            metadata=metadata,
        ),
        run=source_run(caller, experiment, metadata.get(SOURCE_RUN)),
    )
    return {"trace_info": shaped_old([made])[0]}


def _open_experiment(caller: Caller, given: str) -> Experiment:
    found = experiment_of(caller, given, "traces.change")
    if found.deleted_at is not None:
        raise invalid(f"The experiment {given} must be in the 'active' state. Current state is deleted.")
    return found


def _pairs(info: Given, name: str) -> dict[str, str]:
    """A map of texts."""
    found = info.record(name)
    if not all(isinstance(value, str) for value in found.values()):
        raise invalid(f"{told(name, found)}: its values must be texts.")
    return _of_clients(found) if name == "tags" else found


def _of_clients(tags: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key not in OWN_TAGS}


def _state(given: Given, name: str) -> TraceState:
    value = given.text(name) or "STATE_UNSPECIFIED"
    if value not in STATE_OF:
        raise invalid(f"{told(name, value)}: it must be one of {', '.join(STATE_OF)}.")
    return STATE_OF[value]


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid(f"{told('request_time', text)}: it must be a time such as 2026-01-31T12:00:00Z.") from None


def _duration(text: str) -> int | None:
    if not text:
        return None
    hit = DURATION.fullmatch(text)
    if hit is None:
        raise invalid(f"{told('execution_duration', text)}: it must be a duration such as 1.5s.")
    return int(hit[1]) * 1_000 + int((hit[2] or "").ljust(3, "0")[:3])
