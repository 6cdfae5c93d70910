"""Events against the published specification, and through the outbox's envelope."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from mlops.alerts.envelopes import compose
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.events.models import Event
from mlops.lineage.openlineage.columns import column_origins
from mlops.lineage.openlineage.events import of_run
from tests.lineage.published import faults
from tests.lineage.test_pieces import cars, run_of

__all__ = ["cars"]
pytestmark = pytest.mark.django_db

GIT = {"commit": "a" * 40, "repository_uri": "https://git.example/cars", "branch": "main"}


def validated(event):
    assert faults(event) == []
    return event


@pytest.fixture
def run(project, cars):
    schema = {"columns": [{"name": "price", "type": "float"}]}
    column = {"name": "price", "count": 9, "missing_count": 1, "minimum": 2.5, "quantiles": {"P50": 4.0}}
    DatasetVersion.objects.filter(pk=cars.pk).update(schema=schema, profile={"columns": [column]}, row_count=9)
    return run_of(project, 1, snapshot={"git": GIT}, state="failed", reason="No rows.", ended_at=timezone.now())


def test_a_run_is_begin_and_end_with_what_it_read(run, project):
    start, end = (validated(event) for event in of_run(run))
    assert (start["eventType"], end["eventType"]) == ("START", "FAIL")
    assert end["run"]["facets"]["errorMessage"]["message"] == "No rows."
    assert end["job"]["facets"]["sourceCodeLocation"]["version"] == "a" * 40
    read = next(one for one in end["inputs"] if one["name"] == "datasets/cars")
    assert read["namespace"] == f"mlops-studio/{project.slug}"
    assert read["facets"]["schema"]["fields"] == [{"name": "price", "type": "float"}]
    told = read["inputFacets"]["dataQualityMetrics"]["columnMetrics"]["price"]
    assert told == {"nullCount": 1, "count": 9, "min": 2.5, "quantiles": {"0.5": 4.0}}


def test_a_fault_is_seen(run):
    event = next(of_run(run))
    event["run"]["facets"]["processing_engine"]["_schemaURL"] += "x"
    event["job"]["facets"]["jobType"]["integration"] = 1
    event["inputs"][0]["surprise"] = "yes"
    event["eventTime"] = "yesterday"
    event["run"]["runId"] = "7"
    assert len(faults(event)) == 5


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://git.example/cars", "https://git.example/cars"),
        ("git@git.example:team/cars.git", "ssh://git@git.example/team/cars.git"),
        ("/srv/git/my cars.git", "file:///srv/git/my%20cars.git"),
    ],
)
def test_where_code_lies_is_a_uri(run, address, uri):
    run.snapshot = {"git": {**GIT, "repository_uri": address}}
    location = validated(next(of_run(run)))["job"]["facets"]["sourceCodeLocation"]
    assert (location["url"], location["repoUrl"]) == (uri, address)


def table(*names):
    return {"type": "table", "table": {"columns": [{"name": name, "type": "string"} for name in names]}}


def drawn(*nodes, edges, shapes):
    spec = {
        "nodes": [{"id": key, "component": component, "version": "1", "parameters": given}
                  for key, component, given in nodes],
        "edges": [dict(zip(("source", "source_port", "target", "target_port"), edge, strict=True)) for edge in edges],
    }  # fmt: skip
    return {"spec": spec, "shapes": shapes}


JOINED = drawn(
    ("cars", "dataset", {"dataset": "cars", "version": 1}),
    ("makers", "dataset", {"dataset": "makers", "version": 2}),
    ("named", "edit_metadata", {}),
    ("join", "join_data", {
        "join_key_columns_for_right_dataset": {"mode": "names", "names": ["make"]},
        "join_type": "inner",
        "keep_right_key_columns": False,
    }),
    ("script", "execute_python_script", {}),
    edges=[
        ("cars", "dataset", "named", "dataset"),
        ("named", "results_dataset", "join", "left_dataset"),
        ("makers", "dataset", "join", "right_dataset"),
        ("join", "results_dataset", "script", "dataset1"),
    ],
    shapes={
        "cars": {"dataset": table("make", "prize")},
        "makers": {"dataset": table("make", "prize")},
        "named": {"results_dataset": table("make", "price")},
        "join": {"results_dataset": table("make", "price", "prize")},
        "script": {"result_dataset": table("make", "price")},
    },
)  # fmt: skip


def test_columns_are_followed_through_what_surely_keeps_them():
    found = column_origins(JOINED["spec"], JOINED["shapes"], "join", "results_dataset")
    assert {name: sorted(origins) for name, origins in found.items()} == {
        "make": [("cars", "make")],
        "price": [("cars", "prize")],
        "prize": [("makers", "prize")],
    }
    assert column_origins(JOINED["spec"], JOINED["shapes"], "script", "result_dataset") == {}


def test_a_kept_output_tells_where_its_columns_came_from(project, cars):
    run = run_of(project, 1, **JOINED, state="completed", ended_at=timezone.now())
    kept = Dataset.objects.create(project=project, name="joined")
    origin = {"job": {"id": str(run.pk), "number": "1", "node": "join", "output": "join.results_dataset"}}
    DatasetVersion.objects.create(dataset=kept, number=1, origin=origin, state_since=timezone.now())
    end = validated(list(of_run(run))[-1])
    fields = end["outputs"][0]["facets"]["columnLineage"]["fields"]
    (source,) = fields["price"]["inputFields"]
    assert (source["namespace"], source["name"], source["field"]) == (
        f"mlops-studio/{project.slug}", "datasets/cars", "prize",
    )  # fmt: skip


def test_the_outbox_has_it_as_an_envelope(run):
    event = Event(type="mlops.run.failed", subject=f"runs/{run.pk}", data={"run_id": str(run.pk)}, at=timezone.now())
    sending = compose(event, "openlineage")
    assert sending is not None
    assert validated(json.loads(sending.content))["run"]["runId"] == str(run.pk)
    event.type = "mlops.run.tagged"
    assert compose(event, "openlineage") is None


def test_a_project_is_downloaded_line_by_line(client, run, project, reader, stranger):
    client.force_login(reader)
    lines = client.get(f"/api/v1/lineage/openlineage/?project={project.slug}").getvalue().decode().splitlines()
    assert [validated(json.loads(line))["eventType"] for line in lines] == ["START", "FAIL"]
    client.force_login(stranger)
    assert client.get(f"/api/v1/runs/{run.pk}/openlineage/").status_code == 404
