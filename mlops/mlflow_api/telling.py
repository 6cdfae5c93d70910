"""What clients log to a run: metrics, parameters, tags and the data that it used, one by one or in batches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.checks import (
    check_counts,
    check_length,
    check_parameters,
    check_tags,
    point_of,
    shortened,
    usual_points,
)
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.finding import active_run, model_of
from mlops.mlflow_api.given import SEE, Given
from mlops.mlflow_api.logged_models import MOST_USED, use
from mlops.mlflow_api.runs import run_id_of
from mlops.mlflow_api.shapes import CONTEXT, NOTE, PARENT, RUN_NAME
from mlops.runs.logged_models import tell_model_metrics
from mlops.runs.logging import Point, delete_run_tag, log_dataset_use, log_metrics, log_parameters, set_run_tags
from mlops.runs.models import Run
from mlops.runs.tracking import change_tracked, describe_tracked
from mlops.tags.filters import tags_of

HISTORY = "mlflow.log-model.history"
MODEL_FIELDS = {"artifact_path", "flavors", "utc_time_created", "run_id"}
MOST_DATASETS = 1_000
LONGEST_MODEL, LONGEST_HISTORY = 1_000_000, 5_000_000


def log_metric(caller: Caller, given: Given) -> None:
    run_id = run_id_of(given)
    point = point_of(given.fields)
    run = active_run(caller, run_id)
    _keep_points(caller, run, [point], [given.fields])


def log_param(caller: Caller, given: Given) -> None:
    run_id, key = run_id_of(given), given.text("key", required=True)
    parameters = check_parameters({key: given.text("value")})
    _keep_parameters(active_run(caller, run_id), parameters)


def set_tag(caller: Caller, given: Given) -> None:
    run_id, key = run_id_of(given), given.text("key", required=True)
    tags = shortened({key: given.text("value")})
    check_tags(tags)
    _keep_tags(caller, active_run(caller, run_id), tags)


def delete_tag(caller: Caller, given: Given) -> None:
    run_id, key = run_id_of(given), given.text("key", required=True)
    run = active_run(caller, run_id)
    if key == NOTE and run.description:
        describe_tracked(caller.person, run, description="")
    elif key in tags_of(run):
        delete_run_tag(run, key)
    else:
        raise missing(f"No tag with name: {key} in run with id {run_id}")


def log_batch(caller: Caller, given: Given) -> None:
    """All of it or nothing."""
    run_id = run_id_of(given)
    records, parameters = given.records("metrics"), _unique(given.records("params"))
    tags = given.pairs("tags")
    check_counts(len(records), len(parameters), len(tags))
    points = usual_points(records)
    if points is None:
        points = [point_of(record, f"metrics[{index}]") for index, record in enumerate(records)]
    parameters = check_parameters(parameters, path="params")
    tags = shortened(tags)
    check_tags(tags, path="tags")
    run = active_run(caller, run_id)
    with transaction.atomic():
        if parameters:
            _keep_parameters(run, parameters)
        _keep_points(caller, run, points, records)
        _keep_tags(caller, run, tags)


def log_inputs(caller: Caller, given: Given) -> None:
    run_id = given.text("run_id", required=True)
    uses = given.records("datasets")
    if len(uses) > MOST_DATASETS:
        raise invalid(f"At most {MOST_DATASETS} datasets can be logged at once. Got {len(uses)}.")
    run = active_run(caller, run_id)
    with transaction.atomic():
        use(caller, run_id, given.records("models", most=MOST_USED), is_output=False)
        for index, one in enumerate(uses):
            tags = Given(one).pairs("tags")
            dataset = Given(Given(one).record("dataset"))
            name, digest = dataset.text("name", required=True), dataset.text("digest", required=True)
            check_length(f"datasets[{index}].name", 500, name)
            check_length(f"datasets[{index}].digest", 100, digest)
            told = {part: dataset.text(part) for part in ("source_type", "source", "schema", "profile")}
            log_dataset_use(run, name, digest, context=tags.pop(CONTEXT, "")[:100], tags=tags, **told)


def log_model(caller: Caller, given: Given) -> None:
    """What older clients tell of a model that they logged as files of the run: kept as they keep it, in a tag."""
    run_id, text = given.text("run_id", required=True), given.text("model_json", required=True)
    check_length("model_json", LONGEST_MODEL, text)
    try:
        model = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid(f"Malformed model info. \n {text[:1_000]} \n is not a valid JSON.") from None
    lacking = MODEL_FIELDS - set(model if isinstance(model, dict) else {})
    if lacking:
        raise invalid(f"Model json is missing mandatory fields: {lacking}")
    run = active_run(caller, run_id)
    with transaction.atomic():
        Run.objects.select_for_update(no_key=True).get(pk=run.pk)
        known = tags_of(run).get(HISTORY) or "[]"
        check_length(HISTORY, LONGEST_HISTORY - len(text), known)
        set_run_tags(run, {HISTORY: json.dumps([*_as_list(known), model])})


def _as_list(told: str) -> list[Any]:
    """Anybody may have written anything into the tag."""
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _unique(records: list[dict[str, object]]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice = []
    for index, record in enumerate(records):
        key = record.get("key")
        if not isinstance(key, str) or not key:
            raise invalid(f"Missing value for required parameter 'params[{index}].key'.{SEE}")
        if key in found:
            twice.append(key)
        value = record.get("value")
        found[key] = "" if value is None else str(value)
    if twice:
        raise invalid(
            f"Duplicate parameter keys have been submitted: {twice}. Please ensure the request contains only one param"
            " value per param key."
        )
    return found


def _keep_points(caller: Caller, run: Run, points: list[Point], records: list[dict[str, Any]]) -> None:
    """Those that name a model are told of the model too."""
    both = zip(points, records, strict=True)
    of_models = [(point, Given(record)) for point, record in both if record.get("model_id")]
    log_metrics(run, points)
    if of_models:
        ids = {given.text("model_id") for _point, given in of_models}
        models = {one: model_of(caller, one, "runs.track") for one in ids}
        tell_model_metrics(
            run,
            [
                (models[given.text("model_id")], point, given.text("dataset_name"), given.text("dataset_digest"))
                for point, given in of_models
            ],
        )


def _keep_parameters(run: Run, parameters: Mapping[str, str]) -> None:
    try:
        log_parameters(run, parameters)
    except Refusal as refusal:
        if refusal.code != "parameter_written":
            raise
        raise invalid(f"Changing param values is not allowed. {refusal.message} {refusal.hint}") from refusal


def _keep_tags(caller: Caller, run: Run, tags: dict[str, str]) -> None:
    """Some of MLflow's tags are facts of ours."""
    rest = dict(tags)
    if name := rest.pop(RUN_NAME, ""):
        change_tracked(caller.person, run, name=name)
    if NOTE in rest:
        describe_tracked(caller.person, run, description=rest.pop(NOTE))
    if run.parent_id and rest.get(PARENT) == run.parent_id.hex:
        rest.pop(PARENT)
    if rest:
        set_run_tags(run, rest)
