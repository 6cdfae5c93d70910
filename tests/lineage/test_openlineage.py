"""Events against the members that the published schema (2-0-2) requires, and through the outbox's envelope."""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.utils import timezone

from mlops.alerts.envelopes import compose
from mlops.datasets.models import DatasetVersion
from mlops.events.models import Event
from mlops.lineage.openlineage.events import of_run
from tests.lineage.test_pieces import cars, run_of

__all__ = ["cars"]
pytestmark = pytest.mark.django_db

URI = {"type": "string", "format": "uri", "pattern": "^https://"}
FACET = {
    "type": "object",
    "properties": {"_producer": URI, "_schemaURL": URI},
    "required": ["_producer", "_schemaURL"],
}
FACETS = {"type": "object", "additionalProperties": FACET}
TEXT = {"type": "string", "minLength": 1}
DATASET = {
    "type": "object",
    "properties": {"namespace": TEXT, "name": TEXT, "facets": FACETS, "inputFacets": FACETS, "outputFacets": FACETS},
    "required": ["namespace", "name"],
    "additionalProperties": False,
}
RUN_EVENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "format": "date-time"},
        "producer": URI,
        "schemaURL": URI,
        "run": {
            "type": "object",
            "properties": {"runId": {"type": "string", "format": "uuid"}, "facets": FACETS},
            "required": ["runId"],
        },
        "job": {
            "type": "object",
            "properties": {"namespace": TEXT, "name": TEXT, "facets": FACETS},
            "required": ["namespace", "name"],
        },
        "inputs": {"type": "array", "items": DATASET},
        "outputs": {"type": "array", "items": DATASET},
    },
    "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "additionalProperties": False,
}
GIT = {"commit": "a" * 40, "repository_uri": "https://git.example/cars", "branch": "main"}


def validated(event):
    checker = jsonschema.Draft202012Validator(RUN_EVENT, format_checker=jsonschema.FormatChecker())
    checker.validate(event)
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
