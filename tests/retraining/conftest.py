"""A published pipeline that trains on the newest cars, and attempts that are carried out in this process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import polars as pl
import pytest

from mlops.blobs.trees import keep_folder
from mlops.collected import save_tasks
from mlops.deployments.actions import create_endpoint
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.execution.advance import advance as advance_run
from mlops.execution.going_on import go_on
from mlops.execution.perform import perform
from mlops.formats.pipeline import Edge, Node, PipelineParameter, PipelineSpec
from mlops.pipelines.publishing import publish
from mlops.registry.actions import register
from mlops.registry.models import ModelVersion
from mlops.retraining import actions, working
from mlops.retraining.advancing import advance
from mlops.retraining.models import LIVE, WORKED_ON, Attempt, Policy
from mlops.runs.models import FINAL_RUN_STATES, Run, Step
from tests.deployments.test_acts import deploy
from tests.execution.conftest import dataset_version
from tests.packaging.trained import train

BETTER = {"metric": "root_mean_squared_error"}


def prices(rows: int = 400, *, noise: float = 50.0, seed: int = 7, shift: float = 0.0) -> pl.DataFrame:
    """`price` follows from power and weight; with much noise or a shift there is less, or something wrong, to learn."""
    draw = np.random.default_rng(seed)
    power, weight = draw.integers(50, 200, rows), draw.normal(1200, 150, rows).round(1)
    make = draw.choice(["audi", "bmw", "fiat"], rows)
    price = power * 100.0 + weight * 3 + draw.normal(0, noise, rows) + shift
    return pl.DataFrame({"make": make, "power": power, "weight": weight, "price": price})


def spec(learner: str = "linear_regression", **parameters: Any) -> PipelineSpec:
    """data -> split -> train and score; the dataset is a parameter."""
    halves = {"fraction_of_rows_in_the_first_output_dataset": 0.5, "random_seed": 1}
    nodes = (
        Node(id="data", component="dataset", version="1", parameters={"dataset": {"$parameter": "data"}}),
        Node(id="learner", component=learner, version="1", parameters=parameters),
        Node(id="score", component="score_model", version="1"),
        Node(
            id="split",
            component="split_data",
            version="1",
            parameters=halves,
        ),
        Node(id="train", component="train_model", version="1", parameters={"label_column": "price"}),
    )
    links = (
        "train.trained_model>score.trained_model split.results_dataset2>score.dataset data.dataset>split.dataset "
        "learner.untrained_model>train.untrained_model split.results_dataset1>train.dataset"
    )
    ends = [[end.split(".") for end in link.split(">")] for link in links.split()]
    return PipelineSpec(
        nodes=nodes,
        edges=tuple(Edge(source=a[0], source_port=a[1], target=b[0], target_port=b[1]) for a, b in ends),
        parameters={"data": PipelineParameter(type="dataset", default={"dataset": "Cars", "version": None})},
    )


@pytest.fixture
def add_cars(project, tmp_path: Path):
    def add(number: int, *, renamed: bool = False, unlabelled: bool = False, **more: Any) -> Any:
        frame = prices(**more)
        if renamed:
            frame = frame.rename({"power": "horsepower"})
        if unlabelled:
            frame = frame.with_columns(price=pl.lit(None, dtype=pl.Float64))
        return dataset_version(project, frame, tmp_path, number=number)

    return add


@pytest.fixture
def pipeline(contributor, project, add_cars):
    add_cars(1)
    return publish(contributor, project, endpoint="train prices", spec=spec(), document={}).endpoint


@pytest.fixture
def make_policy(contributor, project, pipeline):
    def make(*, name: str = "prices", **settings: Any) -> Policy:
        what = {"pipeline": "train prices", "parameters": {"data": "${{newest.Cars}}"}}
        given = {"model": "prices", "what": what, "compare": {"criteria": [BETTER]}, **settings}
        return actions.create_policy(contributor, project, name=name, settings=given)

    return make


@cache
def trained(*, shift: float = 0.0, columns: tuple[str, ...] = ("power", "weight", "price")) -> Path:
    """A model of such prices, once a session. With a shift it is wrong by so much."""
    frame = prices(shift=shift, seed=3).select(columns)
    return train(Path(mkdtemp(prefix="mlops-model-")) / "model", "linear_regression", "price", frame=frame)


@pytest.fixture
def in_use(contributor, project):
    """Registers a version as the one in use."""

    def make(**model: Any) -> ModelVersion:
        tree = keep_folder(trained(**model))
        return register(contributor, project, name="prices", tree=tree, tags={"stage": "production"})

    return make


@pytest.fixture
def endpoint(contributor, project, in_use) -> Endpoint:
    """Serves a model that is wrong by 5,000."""
    endpoint = create_endpoint(contributor, project, name="shop")
    settings = {"instances": 2, "collection": {"is_enabled": True}}
    deploy(contributor, endpoint, in_use(shift=5000.0), name="blue", entry="native", **settings)
    return endpoint


def led(attempt: Attempt, *, healthy: bool = True) -> Attempt:
    """What workers make of it, without a broker, until it ends or waits for somebody."""
    for _turn in range(20):
        advance(attempt.pk)
        attempt = Attempt.objects.select_related("policy__project", "run", "rollout", "deployment").get(pk=attempt.pk)
        before = (attempt.stage, attempt.moves)
        if attempt.stage not in LIVE:
            break
        if attempt.stage in WORKED_ON:
            working.work(attempt.pk)
        elif attempt.stage == "preparing":
            save_tasks.save(str(attempt.window_id))
        elif attempt.stage == "training":
            carried_out(attempt.run)
        elif attempt.stage == "deploying" and healthy:
            become_healthy(attempt.deployment)
        attempt.refresh_from_db()
        if (attempt.stage, attempt.moves) == before and attempt.stage in ("awaiting_approval", "rolling_out"):
            break
    attempt.refresh_from_db()
    return attempt


def carried_out(run: Run) -> None:
    advance_run(run.pk)
    for _turn in range(20):
        for step in Step.objects.filter(run=run, state="queued"):
            perform(step.pk, done=go_on)
        if Run.objects.filter(pk=run.pk, state__in=FINAL_RUN_STATES).exists():
            return
    raise AssertionError("the run did not end")


def become_healthy(deployment: Deployment) -> None:
    """As if its server had become ready."""
    Deployment.objects.filter(pk=deployment.pk).update(
        state=DeploymentState.HEALTHY,
        ready_revision=deployment.revision,
        placing={"port": 18_000},
        ready_placing={"port": 18_000},
        ready_urls=["http://127.0.0.1:18000"],
    )
