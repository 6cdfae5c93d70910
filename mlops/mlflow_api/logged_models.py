"""MLflow's logged models: made, finished, told of, found and removed."""

from __future__ import annotations

from typing import Any

from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.checks import check_parameters, check_tags, shortened
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.files import listed
from mlops.mlflow_api.finding import active_run, experiment_of, model_of, require_active, seen_run
from mlops.mlflow_api.given import Given, told
from mlops.mlflow_api.model_shapes import shaped_models
from mlops.mlflow_api.places import is_kept_here, model_root_of, safe_path
from mlops.runs import logged_models as acts
from mlops.runs.models import LoggedModelState
from mlops.tags.filters import remove_tag, tags_of

MOST_USED = 1_000
BAD_SIGNS = ("/", ":", ".", "%", '"', "'")
STATE_OF = {
    "LOGGED_MODEL_PENDING": LoggedModelState.PENDING,
    "LOGGED_MODEL_READY": LoggedModelState.READY,
    "LOGGED_MODEL_UPLOAD_FAILED": LoggedModelState.FAILED,
}
NUMBERED = dict(enumerate(STATE_OF.values(), start=1))


def create(caller: Caller, given: Given) -> Answer:
    wanted = given.text("experiment_id", required=True)
    experiment = experiment_of(caller, wanted, "runs.track")
    if experiment.deleted_at is not None:
        raise invalid(f"The experiment {wanted} must be in the 'active' state. Current state is deleted.")
    name = given.text("name")
    if any(sign in name for sign in BAD_SIGNS):
        raise invalid(
            f"Invalid model name ({name!r}) provided. Model name must be a non-empty string and cannot contain the"
            f" following characters: {BAD_SIGNS}"
        )
    tags = shortened(given.pairs("tags"))
    check_tags(tags)
    told_run = given.text("source_run_id")
    run = seen_run(caller, told_run) if told_run else None
    if run is not None:
        require_active(run)
    model = acts.begin_model(
        caller.person,
        experiment,
        name=name,
        kind=given.text("model_type"),
        run=run,
        run_told=told_run,
        parameters=check_parameters(given.pairs("params")),
        tags=tags,
    )
    return {"model": shaped_models([model])[0]}


def show(caller: Caller, given: Given, logged_id: str) -> Answer:
    found = model_of(caller, logged_id, also_deleted=given.flag("allow_deleted"))
    return {"model": shaped_models([found])[0]}


def finish(caller: Caller, given: Given, logged_id: str) -> Answer:
    value = given.fields.get("status")
    state = NUMBERED.get(value) if isinstance(value, int) else STATE_OF.get(str(value))
    if state is None:
        raise invalid(f"{told('status', value)}: it must be one of {', '.join(STATE_OF)}.")
    model = model_of(caller, logged_id, "runs.track")
    acts.finish_model(caller.person, model, state=state)
    return {"model": shaped_models([model])[0]}


def delete(caller: Caller, _given: Given, logged_id: str) -> None:
    acts.delete_model(caller.person, model_of(caller, logged_id, "runs.track"))


def add_parameters(caller: Caller, given: Given, logged_id: str) -> None:
    parameters = check_parameters(given.pairs("params"))
    acts.add_parameters(caller.person, model_of(caller, logged_id, "runs.track"), parameters=parameters)


def set_tags(caller: Caller, given: Given, logged_id: str) -> Answer:
    tags = shortened(given.pairs("tags"))
    check_tags(tags)
    model = model_of(caller, logged_id, "runs.track")
    acts.tag_model(caller.person, model, tags=tags)
    return {"model": shaped_models([model])[0]}


def delete_tag(caller: Caller, _given: Given, logged_id: str, tag: str) -> None:
    model = model_of(caller, logged_id, "runs.track")
    if tag not in tags_of(model):
        raise missing(f"No tag with key {tag!r} found for model with ID {logged_id!r}.")
    remove_tag(model, tag)


def files(caller: Caller, given: Given, logged_id: str) -> Answer:
    model = model_of(caller, logged_id)
    folder = safe_path(given.text("artifact_directory_path"))
    found = listed(model, folder) if is_kept_here(model.experiment) else []
    return {"root_uri": model_root_of(model), "files": found}


def log_outputs(caller: Caller, given: Given) -> None:
    run_id = given.text("run_id", required=True)
    use(caller, run_id, given.records("models", required=True, most=MOST_USED), is_output=True)


def use(caller: Caller, run_id: str, records: list[dict[str, Any]], *, is_output: bool) -> None:
    run = active_run(caller, run_id)
    fields = [Given(record) for record in records]
    found = [(model_of(caller, one.text("model_id", required=True)), one.whole("step")) for one in fields]
    if found:
        acts.use_models(run, found, is_output=is_output)
