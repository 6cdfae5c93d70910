"""A project with one small imported dataset, and runs that are carried out in this process."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest
from django.utils import timezone

from mlops.blobs.trees import keep_folder
from mlops.blocks.values import new_table, write_value
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.execution.advance import advance
from mlops.execution.going_on import go_on
from mlops.execution.perform import perform
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import Run, Step
from mlops.stats.profile import profile_table


def dataset_version(project, frame: pl.DataFrame, folder: Path, *, name: str = "Cars", number: int = 1):
    """As an import leaves it."""
    table = new_table(frame, sources=(f"{name}:{number}",))
    write_value(table, folder / f"{name}-{number}")
    return DatasetVersion.objects.create(
        dataset=Dataset.objects.get_or_create(project=project, name=name)[0],
        number=number,
        tree=keep_folder(folder / f"{name}-{number}"),
        schema=msgspec.to_builtins(table.schema),
        profile=msgspec.to_builtins(profile_table(frame)),
        row_count=frame.height,
        state="ready",
        state_since=timezone.now(),
    )


@pytest.fixture
def cars(project, tmp_path):
    frame = pl.DataFrame({"make": [f"car{n % 3}" for n in range(1, 31)], "price": list(range(1, 31))})
    return dataset_version(project, frame, tmp_path)


@pytest.fixture
def begin(contributor, project, cars):
    """Submits data -> one component with the given parameters, or -> a script."""

    def submitted(component: str, into: str = "", **parameters: object) -> Run:
        into = into or ("dataset1" if component == "execute_python_script" else "dataset")
        spec = PipelineSpec(
            nodes=(
                Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
                Node(id="step", component=component, version="1", parameters=parameters),
            ),
            edges=(Edge(source="data", source_port="dataset", target="step", target_port=into),),
        )
        return submit(contributor, project, spec=spec, experiment="tests")

    return submitted


def carry_out(run: Run) -> Run:
    """What workers do, without a broker."""
    advance(run.pk)
    for step in Step.objects.filter(run=run, state="queued"):
        perform(step.pk, done=go_on)
    run.refresh_from_db()
    return run
