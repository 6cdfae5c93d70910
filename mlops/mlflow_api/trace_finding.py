"""Traces and their assessments by the ids of MLflow. What the caller may not see does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mlops.access.decisions import require
from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller, projects_of
from mlops.mlflow_api.checks import LONGEST_KEY, LONGEST_TAG, check_length
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.finding import as_key, is_within, run_of, runs_within
from mlops.mlflow_api.given import Given, told
from mlops.mlflow_api.shapes import moment
from mlops.runs.models import Experiment, Run
from mlops.traces.models import Assessment, Trace

TRACE_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,99}")


def traces_of(caller: Caller) -> QuerySet[Trace]:
    """All that the caller may see, without those of experiments in the recycle bin; of a step's code those that came
    about in its run."""
    found = Trace.objects.select_related("experiment__project", "project", "created_by")
    found = found.filter(project__in=projects_of(caller), experiment__deleted_at=None)
    if caller.run is None:
        return found
    return found.filter(
        pk__in=Trace.runs.through.objects.filter(run__in=runs_within(caller.of_step, Run.objects.all())).values("trace")
    )


def trace_of(caller: Caller, given: str, deed: str = "read") -> Trace:
    found = traces_of(caller).filter(key=given).first() if TRACE_ID.fullmatch(given) else None
    if found is None:
        raise missing(f"Trace with ID '{given[:200]}' not found.")
    if deed != "read":
        require(caller.person, deed, found.project)
    return found


def require_reachable(caller: Caller, experiment: Experiment, keys: Iterable[str]) -> None:
    """Of traces that are told: those that are here already are the caller's to see. Else the code of a step could tell
    another run's anew, and what lies in the recycle bin would leave it by a side door."""
    known = Trace.objects.filter(project=experiment.project, key__in=list(keys)).select_related("experiment")
    for trace in known:
        is_own = caller.run is None or any(is_within(caller, run) for run in trace.runs.all())
        if trace.experiment.deleted_at is not None or not is_own:
            raise invalid(f"Trace with ID '{trace.key}' lies in the recycle bin, or is not one that you may tell of.")


def checked_id(given: str) -> str:
    if TRACE_ID.fullmatch(given) is None:
        raise invalid(f"{told('trace_id', given)}.")
    return given


def assessment_of(caller: Caller, trace: Trace, given: str) -> Assessment:
    key = as_key(given.removeprefix("a-")) or UUID(int=0)
    found = Assessment.objects.select_related("trace__project").filter(trace=trace, pk=key).first()
    if found is None:
        raise missing(f"Assessment with ID '{given[:200]}' not found for trace '{trace.key}'")
    return found


def source_run(caller: Caller, experiment: Experiment, named: Any) -> Run | None:
    """The one in which a trace came about, where it is one of the same project; that of the step that calls."""
    if not named:
        return caller.run
    try:
        found = run_of(caller, str(named), "traces.change")
    except Refusal:
        return caller.run
    return found if found.project_id == experiment.project_id else caller.run


def check_trace_tags(tags: dict[str, str]) -> None:
    for key, value in tags.items():
        check_length("key", LONGEST_KEY, key)
        check_length("value", LONGEST_TAG, value)


def moment_in(given: Given, name: str) -> datetime:
    """A time later than any that there is means: without an end."""
    number = given.whole(name, required=True)
    found = moment(number) if number >= 0 else None
    if found is None and number > 0:
        return datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    if found is None:
        raise invalid(f"{told(name, number)}: it must be a time in milliseconds.")
    return found
