"""Ours: `mlops up` with four workers of one slot each, every guarantee on: leases, heartbeats, rows as the truth.

A step without work selects all columns of a table of one row: a process of its own kind, output kept, profile made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from mlops.server.ports import free
from tests.benchmarks.orchestration import WORKERS, Shape, Taken
from tests.benchmarks.orchestration.spent import MARK, Spent
from tests.services import open_folder, postgres, redis

PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.2


def measure(shapes: tuple[Shape, ...], scaled: bool) -> dict[str, Taken]:
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        spent = Spent(str(folder))
        os.environ[MARK] = str(folder)
        if scaled:
            os.environ["MLOPS_DATABASE_URL"] = stack.enter_context(postgres(folder))
            os.environ["MLOPS_BROKER_URL"] = stack.enter_context(redis(folder / "redis"))
            os.environ["MLOPS_REDIS_URL"] = os.environ["MLOPS_BROKER_URL"]
        stack.enter_context(_studio(folder / "data"))
        person, project = _owner()
        _taken(person, project, Shape("first", 1, 2 * WORKERS, 2), spent)  # the first steps start the warm processes
        return {shape.name: _taken(person, project, shape, spent) for shape in shapes}


@contextmanager
def _studio(data: Path) -> Iterator[None]:
    os.environ |= {"MLOPS_DATA_DIR": str(data), "MLOPS_STEP_SLOTS": "1", "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    data.mkdir(parents=True)
    up = [str(Path(sys.executable).with_name("mlops")), "up", "--no-samples", "--no-worker"]
    up += ["--port", str(free("127.0.0.1")), "--router-port", str(free("127.0.0.1"))]
    with (data.parent / "studio.log").open("ab") as log:
        studio = subprocess.Popen(up, stdout=subprocess.PIPE, stderr=log, text=True)
        workers: list[subprocess.Popen[bytes]] = []
        try:
            assert studio.stdout is not None
            next(line for line in studio.stdout if line.startswith("ready:"))
            words = [sys.executable, "-m", "mlops.server.worker"]
            workers += [subprocess.Popen(words, stdout=log, stderr=log) for _number in range(WORKERS)]
            _wait_for_workers()
            yield
        finally:
            for process in (*workers, studio):
                process.terminate()
            for process in (*workers, studio):
                process.wait(30)


def _wait_for_workers() -> None:
    import django

    django.setup()
    from mlops.work.pulse import alive

    began = time.monotonic()
    while alive().count() < WORKERS:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise RuntimeError("The workers did not start.")
        time.sleep(LOOK_SECONDS)


def _owner() -> tuple[Any, Any]:
    from django.contrib.auth.models import User

    from mlops.access.models import Project

    return User.objects.get(username="admin"), Project.objects.get()


def _taken(person: Any, project: Any, shape: Shape, spent: Spent) -> Taken:
    """From the first submit to the end of the last run; the one step that makes the table is in it."""
    from mlops.pipelines.actions import submit
    from mlops.runs.models import FINAL_RUN_STATES, Run

    spec = _spec(shape)
    before, began = spent.seconds(), time.monotonic()
    runs = [submit(person, project, spec=spec, experiment="benchmark").pk for _run in range(shape.runs)]
    while Run.objects.filter(pk__in=runs).exclude(state__in=FINAL_RUN_STATES).exists():
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise RuntimeError(f"“{shape.name}” did not end.")
        time.sleep(LOOK_SECONDS)
    rows = list(Run.objects.filter(pk__in=runs).values_list("state", "reason", "created_at", "ended_at"))
    assert {state for state, *_rest in rows} == {"completed"}, rows[0][1]
    seconds = (max(row[3] for row in rows) - min(row[2] for row in rows)).total_seconds()
    return Taken(shape.steps, seconds, spent.seconds() - before)


def _spec(shape: Shape) -> Any:
    from mlops.formats.pipeline import Edge, Node, PipelineSpec

    table = Node(id="data", component="enter_data_manually", version="1", parameters={"data": "a,b\n1,x\n"})
    same = {"select_columns": {"mode": "rules", "begin_with": "all"}}
    nodes, edges = [table], []
    for chain in range(shape.chains):
        feeder, port = "data", "dataset"
        for place in range(shape.length):
            name = f"c{chain:04}s{place:03}"
            nodes.append(
                Node(id=name, component="select_columns_in_dataset", version="1", regenerate=True, parameters=same)
            )
            edges.append(Edge(source=feeder, source_port=port, target=name, target_port="dataset"))
            feeder, port = name, "results_dataset"
    return PipelineSpec(nodes=tuple(nodes), edges=tuple(edges))
