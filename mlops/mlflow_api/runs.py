"""MLflow's runs: ours. One that a client begins is `tracked`; one that workers execute can be read and added to."""

from __future__ import annotations

from typing import Any

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.checks import check_tags, shortened
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.finding import active_run, experiment_of, run_of
from mlops.mlflow_api.given import Given, told
from mlops.mlflow_api.shapes import NOTE, PARENT, RUN_NAME, STATUS_OF, moment, shaped_info, shaped_run, told_of
from mlops.runs import deletion
from mlops.runs.models import Run, RunState
from mlops.runs.tracking import change_tracked, start_tracked
from mlops.tags.filters import tags_of

STATE_OF = {
    "RUNNING": RunState.RUNNING,
    "SCHEDULED": RunState.QUEUED,
    "FINISHED": RunState.COMPLETED,
    "FAILED": RunState.FAILED,
    "KILLED": RunState.CANCELLED,
}
NUMBERED = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


def create(caller: Caller, given: Given) -> Answer:
    tags = shortened(given.pairs("tags"))
    check_tags(tags)
    name, started = given.text("run_name"), given.whole("start_time")
    tagged_name = tags.pop(RUN_NAME, "")
    if name and tagged_name and name != tagged_name:
        raise invalid(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values"
            f" (run_name='{name}', mlflow.runName='{tagged_name}')."
        )
    experiment = experiment_of(caller, given.text("experiment_id"), "runs.track")
    if experiment.deleted_at is not None:
        shown = given.text("experiment_id")
        raise invalid(f"The experiment {shown} must be in the 'active' state. Current state is deleted.")
    run = start_tracked(
        caller.person,
        experiment,
        name=name or tagged_name,
        started_at=moment(started) if started else None,
        description=tags.pop(NOTE, ""),
        parent=_parent(caller, experiment.project_id, tags) or caller.run,
        tags=tags,
    )
    return {"run": shaped_run(run)}


def show(caller: Caller, given: Given) -> Answer:
    return {"run": shaped_run(run_of(caller, run_id_of(given)))}


def update(caller: Caller, given: Given) -> Answer:
    run = active_run(caller, run_id_of(given))
    ended = given.whole("end_time") if given.has("end_time") else None
    state = _state(given) if given.has("status") else None
    run = change_tracked(
        caller.person,
        run,
        state=state,
        ended_at=moment(ended) if ended else None,
        name=given.text("run_name"),
    )
    return {"run_info": shaped_info(told_of(run), tags_of(run))}


def delete(caller: Caller, given: Given) -> None:
    deletion.delete(caller.person, run_of(caller, run_id_of(given), "runs.track"))


def restore(caller: Caller, given: Given) -> None:
    deletion.restore(caller.person, run_of(caller, run_id_of(given), "runs.track"))


def run_id_of(given: Given) -> str:
    """Old clients call it `run_uuid`."""
    return given.text("run_id") or given.text("run_uuid") or given.text("run_id", required=True)


def _parent(caller: Caller, project_id: Any, tags: dict[str, str]) -> Run | None:
    """The outer run, where the tag names one of the same project; else the tag stays a tag."""
    named = tags.get(PARENT)
    if not named:
        return None
    try:
        found = run_of(caller, named, "runs.track")
    except Refusal:
        return None
    if found.project_id != project_id:
        return None
    tags.pop(PARENT)
    return found


def _state(given: Given) -> RunState:
    value = given.fields["status"]
    name = NUMBERED.get(value, "") if isinstance(value, int) else value
    if not isinstance(name, str) or name not in STATE_OF:
        raise invalid(f"{told('status', value)}: it must be one of {', '.join(STATUS_OF.values())}.")
    return STATE_OF[name]
