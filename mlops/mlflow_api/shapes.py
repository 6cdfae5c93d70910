"""Runs and experiments as MLflow's clients read them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import starmap
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from mlops.mlflow_api.finding import id_of
from mlops.mlflow_api.places import location_of, root_of
from mlops.mlflow_api.prepared import AT_ONCE, Question, Row, answers
from mlops.runs.logging import number
from mlops.runs.models import DatasetUse, Experiment, LatestMetric, LoggedModelUse, Run, RunParameter, RunState
from mlops.tags.filters import tags_of_many
from mlops.tags.models import Tag

RUN_NAME, PARENT, NOTE, USER = "mlflow.runName", "mlflow.parentRunId", "mlflow.note.content", "mlflow.user"
STATUS_OF = {
    RunState.QUEUED: "SCHEDULED",
    RunState.RUNNING: "RUNNING",
    RunState.CANCELLING: "RUNNING",
    RunState.COMPLETED: "FINISHED",
    RunState.FAILED: "FAILED",
    RunState.CANCELLED: "KILLED",
}
OWN = ("pk", "display_name", "description", "state", "started_at", "created_at", "ended_at", "deleted_at", "parent_id")
CONTEXT = "mlflow.data.context"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(at: datetime | None) -> int | None:
    return None if at is None else round((at - EPOCH).total_seconds() * 1_000)


def moment(milliseconds: int) -> datetime | None:
    """None where the number is no time that there is."""
    try:
        return datetime.fromtimestamp(milliseconds / 1_000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def shaped_number(value: float) -> float | str:
    """JSON has no such numbers; protobuf's form of JSON writes them as texts."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def shaped_pairs(pairs: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs.items()]


def shaped_experiments(experiments: list[Experiment]) -> list[dict[str, Any]]:
    tags = tags_of_many(experiments)
    return [shaped_experiment(one, tags[str(one.pk)]) for one in experiments]


def shaped_experiment(experiment: Experiment, tags: dict[str, str]) -> dict[str, Any]:
    if experiment.description:
        tags = tags | {NOTE: experiment.description}
    return {
        "experiment_id": id_of(experiment),
        "name": experiment.name,
        "artifact_location": location_of(experiment),
        "lifecycle_stage": "deleted" if experiment.deleted_at else "active",
        "creation_time": millis(experiment.created_at),
        "last_update_time": millis(experiment.changed_at or experiment.created_at),
        "tags": shaped_pairs(tags),
        "workspace": experiment.project.slug,
    }


class Latest(NamedTuple):
    """The last value of a metric; there are many, and models cost far more."""

    run_id: UUID
    key: str
    value: float | None
    special: str
    at: datetime
    position: int


class Told(NamedTuple):
    """Of a run what clients read of it, and nothing else, for lists have many."""

    pk: UUID
    display_name: str
    description: str
    state: str
    started_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    deleted_at: datetime | None
    parent_id: UUID | None
    username: str | None
    experiment: Experiment


class Facts(NamedTuple):
    """What belongs to a run, as clients read it. Metrics and parameters may be JSON that is passed on as it is."""

    metrics: Any
    parameters: Any
    uses: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
    tags: dict[str, str]


def told_of(run: Run) -> Told:
    username = run.created_by.get_username() if run.created_by else None
    return Told._make([*(getattr(run, name) for name in OWN), username, run.experiment])


def shaped_found(keys: Sequence[UUID]) -> list[dict[str, Any]]:
    """Those of the keys, in their order; those that are gone are left out."""
    shaped: list[dict[str, Any]] = []
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        told, *facts = answers(Question(_runs, (part,)), *_questions(part))
        shaped += _shaped(_in_order(told, part), *facts)
    return shaped


def shaped_run(run: Run) -> dict[str, Any]:
    return _shaped([told_of(run)], *answers(*_questions([run.pk])))[0]


def _in_order(rows: list[Row], keys: Sequence[UUID]) -> list[Told]:
    found = {run.pk: run for run in told_in(rows)}
    return [found[key] for key in keys if key in found]


def told_in(rows: Iterable[Row]) -> Iterator[Told]:
    """Of rows of the columns of `_runs`."""
    experiments: dict[UUID, Experiment] = {}
    for row in rows:
        experiment, project, location = row[-3:]
        if experiment not in experiments:
            experiments[experiment] = Experiment(id=experiment, project_id=project, artifact_location=location)
        yield Told._make([*row[:-3], experiments[experiment]])


def _questions(keys: Sequence[UUID]) -> list[Question]:
    """For what `_shaped` needs, in its order."""
    kind = ContentType.objects.get_for_model(Run)
    tags = Question(_tags, ([str(key) for key in keys],), form=(kind.pk,))
    return [*(Question(one, (keys,)) for one in (_metrics, _parameters, _uses, _models)), tags]


def _shaped(
    runs: Sequence[Told],
    metric_rows: list[Row],
    parameter_rows: list[Row],
    use_rows: list[Row],
    model_rows: list[Row],
    tag_rows: list[Row],
) -> list[dict[str, Any]]:
    metrics: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for metric in starmap(Latest, metric_rows):
        metrics[metric.run_id].append(shaped_metric(metric))
    parameters: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for run_id, key, value in parameter_rows:
        parameters[run_id].append({"key": key, "value": value})
    uses: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for run_id, *use in use_rows:
        uses[run_id].append(shaped_use(*use))
    models: dict[tuple[UUID, bool], list[dict[str, Any]]] = defaultdict(list)
    for run_id, model, is_output, position in model_rows:
        models[run_id, is_output].append(shaped_model_use(model, is_output, position))
    tags: dict[str, dict[str, str]] = defaultdict(dict)
    for thing, key, value in tag_rows:
        tags[thing][key] = value
    return [
        shaped(
            run,
            Facts(
                metrics[run.pk],
                parameters[run.pk],
                uses[run.pk],
                models[run.pk, False],
                models[run.pk, True],
                tags[str(run.pk)],
            ),
        )
        for run in runs
    ]


def shaped(run: Told, facts: Facts) -> dict[str, Any]:
    return {
        "info": shaped_info(run, facts.tags),
        "data": {
            "metrics": facts.metrics,
            "params": facts.parameters,
            "tags": shaped_pairs(tags_with_own(run, facts.tags)),
        },
        "inputs": {"dataset_inputs": facts.uses, "model_inputs": facts.inputs},
        "outputs": {"model_outputs": facts.outputs},
    }


def shaped_info(run: Told, tags: dict[str, str]) -> dict[str, Any]:
    info = {
        "run_id": run.pk.hex,
        "run_uuid": run.pk.hex,
        "run_name": run.display_name,
        "experiment_id": id_of(run.experiment),
        "user_id": tags.get(USER) or run.username or "unknown",
        "status": STATUS_OF[RunState(run.state)],
        "start_time": millis(run.started_at or run.created_at),
        "artifact_uri": root_of(run.experiment, run.pk),
        "lifecycle_stage": "deleted" if run.deleted_at else "active",
    }
    return info | ({"end_time": millis(run.ended_at)} if run.ended_at else {})


def tags_with_own(run: Told, tags: dict[str, str]) -> dict[str, str]:
    """What MLflow keeps as tags and we as facts of the run."""
    own = {RUN_NAME: run.display_name}
    if run.parent_id:
        own[PARENT] = run.parent_id.hex
    if run.description:
        own[NOTE] = run.description
    return tags | own


def shaped_metric(metric: Any) -> dict[str, Any]:
    return {
        "key": metric.key,
        "value": shaped_number(number(metric)),
        "timestamp": millis(metric.at),
        "step": metric.position,
        "run_id": metric.run_id.hex,
    }


def shaped_model_use(model: UUID, is_output: bool, position: int) -> dict[str, Any]:
    step = {"step": position} if is_output else {}
    return {"model_id": f"m-{model.hex}"} | step


def shaped_use(
    name: str, digest: str, context: str, source_type: str, source: str, schema: str, profile: str, own: dict[str, str]
) -> dict[str, Any]:
    tags = own | ({CONTEXT: context} if context else {})
    dataset = {"name": name, "digest": digest, "source_type": source_type, "source": source}
    more = {key: value for key, value in (("schema", schema), ("profile", profile)) if value}
    return {"tags": shaped_pairs(tags), "dataset": dataset | more}


def _runs(keys: Sequence[UUID]) -> QuerySet[Any]:
    columns = ("created_by__username", "experiment", "experiment__project", "experiment__artifact_location")
    return Run.objects.filter(pk__in=keys).order_by().values_list(*OWN, *columns)


def _metrics(keys: Sequence[UUID]) -> QuerySet[Any]:
    found = LatestMetric.objects.filter(run__in=keys).order_by("key")
    return found.values_list("run", "key", "value", "special", "at", "position")


def _parameters(keys: Sequence[UUID]) -> QuerySet[Any]:
    return RunParameter.objects.filter(run__in=keys).order_by("key").values_list("run", "key", "value")


def _uses(keys: Sequence[UUID]) -> QuerySet[Any]:
    columns = ("name", "digest", "context", "source_type", "source", "schema", "profile", "tags")
    return DatasetUse.objects.filter(run__in=keys).values_list("run", *columns)


def _models(keys: Sequence[UUID]) -> QuerySet[Any]:
    found = LoggedModelUse.objects.filter(run__in=keys).order_by("pk")
    return found.values_list("run", "model", "is_output", "position")


def _tags(kind: int, keys: Sequence[str]) -> QuerySet[Any]:
    return Tag.objects.filter(content_type=kind, object_id__in=keys).values_list("object_id", "key", "value")
