"""MLflow's experiments: ours, of the project that the request is about."""

from __future__ import annotations

from typing import Any

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.checks import LONGEST_EXPERIMENT_TAG, check_experiment_name, check_tags
from mlops.mlflow_api.faults import Fault, invalid, missing
from mlops.mlflow_api.finding import DEFAULT_NAME, default_experiment, experiment_of, id_of, project_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.places import checked_location
from mlops.mlflow_api.shapes import NOTE, shaped_experiments
from mlops.runs import experiments as acts
from mlops.runs.models import Experiment


def create(caller: Caller, given: Given) -> dict[str, Any]:
    name = given.text("name", required=True)
    check_experiment_name(name)
    tags = given.pairs("tags")
    check_tags(tags, longest=LONGEST_EXPERIMENT_TAG)
    project = project_of(caller, "runs.track")
    description = tags.pop(NOTE, "")
    location = checked_location(given.text("artifact_location"))
    default_experiment(project)
    try:
        made = acts.create_experiment(
            caller.person, project, name=name, description=description, artifact_location=location, tags=tags
        )
    except Refusal as refusal:
        raise _taken(refusal, name) from refusal
    return {"experiment_id": id_of(made)}


def show(caller: Caller, given: Given) -> dict[str, Any]:
    found = experiment_of(caller, given.text("experiment_id", required=True))
    return {"experiment": shaped_experiments([found])[0]}


def show_by_name(caller: Caller, given: Given) -> dict[str, Any]:
    name = given.text("experiment_name", required=True)
    project = project_of(caller)
    if caller.run is not None and name != caller.run.experiment.name:
        raise missing(f"Could not find experiment with name '{name}'")
    found = Experiment.objects.select_related("project").filter(project=project, name=name).first()
    if found is None and name == DEFAULT_NAME:
        found = default_experiment(project)
    if found is None:
        raise missing(f"Could not find experiment with name '{name}'")
    return {"experiment": shaped_experiments([found])[0]}


def rename(caller: Caller, given: Given) -> None:
    given.text("experiment_id", required=True)
    name = given.text("new_name", required=True)
    check_experiment_name(name)
    found = experiment_of(caller, given.text("experiment_id"), "runs.track")
    if found.deleted_at is not None:
        raise Fault("INVALID_STATE", "Cannot rename a non-active experiment.")
    try:
        acts.rename_experiment(caller.person, found, name=name)
    except Refusal as refusal:
        raise _taken(refusal, name) from refusal


def delete(caller: Caller, given: Given) -> None:
    wanted = given.text("experiment_id", required=True)
    found = experiment_of(caller, wanted, "runs.track")
    if found.deleted_at is not None:
        raise missing(f"No Experiment with id={wanted} exists")
    acts.delete_experiment(caller.person, found)


def restore(caller: Caller, given: Given) -> None:
    wanted = given.text("experiment_id", required=True)
    found = experiment_of(caller, wanted, "runs.track")
    if found.deleted_at is None:
        raise missing(f"No Experiment with id={wanted} exists")
    acts.restore_experiment(caller.person, found)


def set_tag(caller: Caller, given: Given) -> None:
    wanted, key = given.text("experiment_id", required=True), given.text("key", required=True)
    value = given.text("value")
    check_tags({key: value}, longest=LONGEST_EXPERIMENT_TAG)
    found = _active(caller, wanted)
    if key == NOTE:
        acts.describe_experiment(caller.person, found, description=value)
    else:
        acts.tag_experiment(caller.person, found, tags={key: value})


def delete_tag(caller: Caller, given: Given) -> None:
    wanted, key = given.text("experiment_id", required=True), given.text("key", required=True)
    found = _active(caller, wanted)
    tags = shaped_experiments([found])[0]["tags"]
    if key not in {tag["key"] for tag in tags}:
        raise missing(f"No tag with name: {key} in experiment with id {wanted}")
    if key == NOTE:
        acts.describe_experiment(caller.person, found, description="")
    else:
        acts.untag_experiment(caller.person, found, key=key)


def _active(caller: Caller, wanted: str) -> Experiment:
    found = experiment_of(caller, wanted, "runs.track")
    if found.deleted_at is not None:
        raise invalid(f"The experiment {wanted} must be in the 'active' state. Current state is deleted.")
    return found


def _taken(refusal: Refusal, name: str) -> Refusal:
    if refusal.code != "experiment_exists":
        return refusal
    return Fault("RESOURCE_ALREADY_EXISTS", f"Experiment(name={name}) already exists. {refusal.hint}")
