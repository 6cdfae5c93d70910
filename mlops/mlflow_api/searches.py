"""Searches of experiments and runs, with MLflow's filters, orders and page tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from mlops.events.models import Event
from mlops.mlflow_api.caller import Caller, projects_of
from mlops.mlflow_api.door import Answer, reads
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.filters import filtered, joined, ordered
from mlops.mlflow_api.finding import DEFAULT_ID, as_key, default_experiment, id_of, project_of, runs_within
from mlops.mlflow_api.given import Given, told, whole_number
from mlops.mlflow_api.kinds import EXPERIMENTS, LOGGED_MODELS, RUNS
from mlops.mlflow_api.model_shapes import shaped_models
from mlops.mlflow_api.pages import next_page, page_of
from mlops.mlflow_api.prepared import Question, Row, answers
from mlops.mlflow_api.shapes import shaped_experiments, shaped_found
from mlops.mlflow_api.whole_runs import whole_runs
from mlops.runs.models import DatasetUse, Experiment, LoggedModel, LoggedModelMetric, Run

MOST, LONGEST_KEPT = 50_000, 2_000
MOST_EXPERIMENTS, MOST_DATASETS = 20, 1_000
MOST_WHOLE = 1_000
"""Runs with all their facts in one statement."""
MOST_ASKED = 20
"""Data that a search of logged models names: each asks the database once more."""
LIFE: dict[int, dict[str, Any]] = {1: {"deleted_at": None}, 2: {"deleted_at__isnull": False}, 3: {}}
NUMBER_OF = {"ACTIVE_ONLY": 1, "DELETED_ONLY": 2, "ALL": 3}


@reads
def experiments(caller: Caller, given: Given) -> Answer:
    project = project_of(caller)
    if caller.may_write:
        default_experiment(project)
    most, start = page_of(given, default=1_000, most=MOST)
    found = Experiment.objects.select_related("project").filter(project=project, **_life(given, "view_type"))
    found = filtered(found, given.text("filter"), EXPERIMENTS)
    found = ordered(found, given.texts("order_by"), EXPERIMENTS, then=("-created_at", "pk"))
    page = list(found[start : start + most + 1])
    return {"experiments": shaped_experiments(page[:most])} | next_page(page, start, most)


@reads
def runs(caller: Caller, given: Given) -> Answer:
    projects = list(projects_of(caller).values_list("pk", flat=True))
    return found_runs(caller, given, _experiments(caller, given), projects)


def found_runs(caller: Caller, given: Given, experiments: list[UUID], projects: list[UUID]) -> Answer:
    """Those of the experiments that lie in the projects."""
    most, start = page_of(given, default=1_000, most=MOST)
    (keys,) = answers(_which(caller, given, experiments, projects, start, most))
    return _page(keys, start, most)


def found_while(
    caller: Caller, given: Given, experiments: list[UUID], projects: list[UUID], *, newest_event: int
) -> Answer | None:
    """As `found_runs`; None where a newer event has been recorded, so that a caller may rely on rights that it asked
    before."""
    most, start = page_of(given, default=1_000, most=MOST)
    which = _which(caller, given, experiments, projects, start, most)
    if most <= MOST_WHOLE:
        found = whole_runs(which, newest_event=newest_event)
        return None if found is None else {"runs": found[:most]} | next_page(found, start, most)
    keys, newest = answers(which, Question(_newest, ()))
    return _page(keys, start, most) if newest == [(newest_event,)] else None


def _which(
    caller: Caller, given: Given, experiments: list[UUID], projects: list[UUID], start: int, most: int
) -> Question:
    view, orders = _view(given, "run_view_type"), tuple(given.texts("order_by"))
    form = (given.text("filter"), orders, view, caller.of_step, start, most + 1)
    text = f"{form[0]} {orders}"
    is_odd = (
        "artifact_uri" in text or len(text) > LONGEST_KEPT
    )  # where files lie depends on the projects that there are
    return Question(_fitting, (experiments, projects), form=form, anew=is_odd)


def _page(rows: list[Row], start: int, most: int) -> Answer:
    return {"runs": shaped_found([key for (key,) in rows[:most]])} | next_page(rows, start, most)


def _newest() -> QuerySet[Any]:
    return Event.objects.order_by("-seq").values_list("seq")[:1]


def _fitting(
    text: str, orders: tuple[str, ...], view: int, of_step: UUID | None, start: int, most: int,
    experiments: list[UUID], projects: list[UUID],
) -> QuerySet[Any]:  # fmt: skip
    found = Run.objects.filter(experiment__in=experiments, project__in=projects, **LIFE[view])
    found, rows = joined(runs_within(of_step, found), list(orders), RUNS)
    found = filtered(found, text, RUNS, rows)
    found = ordered(found, list(orders), RUNS, then=("-started_at", "pk"), rows=rows)
    return found.values_list("pk")[start : start + most]


@reads
def logged_models(caller: Caller, given: Given) -> Answer:
    if not given.texts("experiment_ids"):
        raise invalid("Missing value for required parameter 'experiment_ids'.")
    most, start = page_of(given, default=100, most=MOST)
    found = LoggedModel.objects.select_related("experiment__project", "run", "created_by").filter(
        experiment__in=_experiments(caller, given), experiment__project__in=projects_of(caller), deleted_at=None
    )
    if caller.run is not None:
        found = found.filter(run__in=runs_within(caller.of_step, Run.objects.all()))
    found = filtered(found, given.text("filter"), LOGGED_MODELS)
    for asked in given.records("datasets", most=MOST_ASKED):
        data = Given(asked)
        told = {"dataset": data.text("dataset_name", required=True)}
        if digest := data.text("dataset_digest"):
            told["dataset_digest"] = digest
        found = found.filter(pk__in=LoggedModelMetric.objects.filter(**told).values("model"))
    asked_orders = given.records("order_by")
    orders = [f"{_field(one)} {'asc' if one.get('ascending', True) else 'desc'}" for one in asked_orders]
    within = [_on_data(Given(one)) for one in asked_orders]
    found = ordered(found, orders, LOGGED_MODELS, then=("-created_at", "pk"), within=within)
    page = list(found[start : start + most + 1])
    return {"models": shaped_models(page[:most])} | next_page(page, start, most)


def _field(order: dict[str, Any]) -> str:
    """In quotes: these names are not parsed."""
    space, dot, key = Given(order).text("field_name", required=True).partition(".")
    return f"{space}.`{key}`" if dot else space


def _on_data(order: Given) -> Q:
    """The metrics that were told of the data that an order names, or all."""
    told = {"dataset": order.text("dataset_name"), "dataset_digest": order.text("dataset_digest")}
    return Q(**{name: value for name, value in told.items() if value})


@reads
def datasets(caller: Caller, given: Given) -> Answer:
    """Which data the kept runs of some experiments used, each of it once."""
    if not given.texts("experiment_ids"):
        raise invalid("SearchDatasets request must specify at least one experiment_id.")
    if (count := len(given.texts("experiment_ids"))) > MOST_EXPERIMENTS:
        raise invalid(
            f"SearchDatasets request cannot specify more than {MOST_EXPERIMENTS} experiment_ids. Received {count}"
            " experiment_ids."
        )
    wanted = Experiment.objects.select_related("project").in_bulk(_experiments(caller, given))
    runs = Run.kept.filter(experiment__in=wanted.values(), project__in=projects_of(caller))
    used = DatasetUse.objects.filter(run__in=runs_within(caller.of_step, runs)).order_by(
        "run__experiment", "name", "digest"
    )
    rows = used.values_list("run__experiment", "name", "digest", "context").distinct()[:MOST_DATASETS]
    told = ({"experiment_id": id_of(wanted[one]), "name": n, "digest": d, "context": c} for one, n, d, c in rows)
    return {"dataset_summaries": list(told)}


def experiments_named(given: Given, default: Callable[[], UUID]) -> list[UUID]:
    """`default`: which one is MLflow's 0."""
    wanted = given.texts("experiment_ids")
    keys = [key for one in wanted if one != DEFAULT_ID and (key := as_key(one)) is not None]
    return [*keys, default()] if DEFAULT_ID in wanted else keys


def _experiments(caller: Caller, given: Given) -> list[UUID]:
    return experiments_named(given, lambda: default_experiment(project_of(caller)).pk)


def _life(given: Given, name: str) -> dict[str, Any]:
    return LIFE[_view(given, name)]


def _view(given: Given, name: str) -> int:
    value = given.fields.get(name) or 1
    if isinstance(value, list):
        value = value[0]
    number = NUMBER_OF.get(value) if isinstance(value, str) else None
    number = number or whole_number(value)
    if number not in LIFE:
        raise invalid(f"{told(name, value)}: it must be one of {', '.join(NUMBER_OF)}.")
    return number
