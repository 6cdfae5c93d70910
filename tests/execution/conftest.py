"""A project with one small imported dataset, and runs that are carried out in this process."""

from __future__ import annotations

import io

import pytest

from mlops.datasets import actions, importing
from mlops.execution.advance import advance
from mlops.execution.perform import perform
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import Run, Step

TABLE = "make,price\n" + "".join(f"car{n % 3},{n}\n" for n in range(1, 31))


@pytest.fixture
def cars(contributor, project):
    upload, _seen = actions.receive(contributor, project, source=io.BytesIO(TABLE.encode()), file_name="cars.csv")
    version = actions.create_dataset(contributor, project, name="Cars", upload=upload)
    importing.import_version(version.pk)
    version.refresh_from_db()
    assert version.state == "ready", version.reason
    return version


@pytest.fixture
def begin(contributor, project, cars):
    """Submits data -> one component with the given parameters, or -> a script."""

    def submitted(component: str, **parameters: object) -> Run:
        into = "dataset1" if component == "execute_python_script" else "dataset"
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
        perform(step.pk, done=advance)
    run.refresh_from_db()
    return run
