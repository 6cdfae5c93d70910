"""A cluster that works, set up as the place of steps; and a component whose command runs there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from mlops.accounts.actions import create_first_administrator
from mlops.clusters.actions import create_cluster
from mlops.components.registering import register_folder
from mlops.execution.advance import advance
from mlops.execution.executors.kubernetes import executor, states
from mlops.execution.going_on import go_on
from mlops.execution.perform import perform
from mlops.formats.demand import ANYWHERE, Demand
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import FINAL_RUN_STATES, LogLine, Run, Step
from tests.execution.kubernetes.cluster import WorkingCluster
from tests.execution.test_custom import begin_own, step_of

__all__ = ["begin_own"]
IMAGE = "registry.example.org/shell:1"
PATH = "/usr/local/bin:/usr/bin:/bin"
YAML = """
type: command
name: count
inputs:
  cars: {type: uri_file}
outputs:
  told: {type: uri_folder}
environment_variables: {GREETING: hello}
command: >-
  COMMAND
environment: {image: 'IMAGE'}
MORE
"""


@pytest.fixture
def cluster(settings, data_dir, monkeypatch) -> Iterator[WorkingCluster]:
    with WorkingCluster(claims={"studio-data": data_dir}, images={IMAGE: {"PATH": PATH}}) as fake:
        settings.STEP_CONTAINERS, settings.STEP_CLUSTER, settings.STEP_CLAIM = "kubernetes", "there", "studio-data"
        monkeypatch.setattr(executor, "LOOK_SECONDS", 0.1)
        monkeypatch.setattr(states, "START_SECONDS", 0.5)
        yield fake


@pytest.fixture
def there(cluster, db) -> None:
    administrator = create_first_administrator("a long passphrase")[0]
    create_cluster(administrator, name="there", kubeconfig=cluster.kubeconfig, namespace="scoring")


@pytest.fixture
def run_command(there, contributor, project, cars, tmp_path: Path) -> Callable[..., Run]:
    def act(command: str, *, image: str = IMAGE, more: str = "", demand: Demand = ANYWHERE) -> Run:
        folder = tmp_path / "component"
        folder.mkdir()
        text = YAML.replace("COMMAND", command).replace("IMAGE", image).replace("MORE", more)
        (folder / "component.yaml").write_text(text)
        register_folder(contributor, project, folder)
        data = Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"})
        step = Node(id="step", component="count", version="1", parameters={}, demand=demand)
        edge = Edge(source="data", source_port="dataset", target="step", target_port="cars")
        return submit(contributor, project, spec=PipelineSpec(nodes=(data, step), edges=(edge,)), experiment="tests")

    return act


@pytest.fixture
def meanwhile() -> Iterator[Callable[[Callable[[], bool], Callable[[], None]], None]]:
    """Does something in a thread of its own once something is so."""
    threads: list[threading.Thread] = []

    def act(is_so: Callable[[], bool], then: Callable[[], None]) -> None:
        def wait_and_act() -> None:
            try:
                wait_until(is_so)
                then()
            except BaseException:
                Run.objects.update(state="cancelling")  # else the test waits for ever
                raise
            finally:
                connection.close()

        threads.append(threading.Thread(target=wait_and_act))
        threads[-1].start()

    yield act
    for thread in threads:
        thread.join()


def wait_until(is_so: Callable[[], bool], *, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.05)


def carry_on(run: Run) -> Run:
    """As workers do it, also with what is tried again."""
    advance(run.pk)
    while run.state not in FINAL_RUN_STATES:
        for step in Step.objects.filter(run=run, state="queued"):
            perform(step.pk, done=go_on)
        time.sleep(0.1)
        run.refresh_from_db()
    return run


def has_said(run: Run, text: str) -> bool:
    return LogLine.objects.filter(step__run=run, text=text).exists()


def reason_of(run: Run) -> str:
    return str(step_of(run).reason)
