"""`mlops pipeline` and `mlops schedule` against a real server."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from designer import actions as designer
from mlops.pipelines.models import PipelineEndpoint, Schedule
from mlops.runs.models import Run
from tests.client.conftest import Mlops
from tests.execution.conftest import dataset_version
from tests.pipelines.test_publishing import drawing

pytestmark = pytest.mark.django_db(transaction=True)
CRON = """$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: nightly
display_name: Every night
trigger:
  type: cron
  expression: "0 6 * * 1-5"
  start_time: "2026-12-01T00:00:00"
  time_zone: "W. Europe Standard Time"
create_job:
  type: pipeline
  job: azureml:retrain:0
  experiment_name: nights
  inputs:
    share: 0.8
"""
RECURRENCE = """name: weekly
trigger:
  type: recurrence
  frequency: week
  interval: 2
  schedule:
    hours: [6, 18]
    minutes: 30
    weekdays: [Monday, Friday]
create_job: %s
"""
PIPELINE = """type: pipeline
name: select
jobs:
  data:
    type: command
    component: azureml:dataset:1
    inputs: {dataset: Cars}
"""


@pytest.fixture
def published(owner, project, tmp_path, signed_in: Mlops) -> Mlops:
    dataset_version(project, pl.DataFrame({"price": [1.0, 2.0]}), tmp_path)
    draft = designer.create_draft(owner, project, name="d", document=drawing())
    designer.publish(owner, draft, endpoint="retrain")
    return signed_in


def file(tmp_path: Path, text: str, name: str = "schedule.yml") -> str:
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_a_pipeline_is_listed_and_invoked_with_a_value(published: Mlops) -> None:
    assert [row["name"] for row in published("pipeline", "list", "-o", "json").value] == ["retrain"]
    said = published("pipeline", "invoke", "-n", "retrain", "--version", "0", "--set", "share=0.8", "-o", "json")
    assert said.status == 0, said.errors
    assert Run.objects.get(pk=said.value["Id"]).asked["parameters"]["share"] == 0.8


def test_a_disabled_pipeline_is_refused_and_listed_only_when_asked(published: Mlops) -> None:
    assert published("pipeline", "disable", "-n", "retrain").status == 0
    assert published("pipeline", "invoke", "-n", "retrain").status == 3
    assert published("pipeline", "list", "-o", "json").value == []
    assert len(published("pipeline", "list", "--all", "-o", "json").value) == 1


def test_an_unknown_name_is_refused_with_the_nearest(published: Mlops) -> None:
    said = published("pipeline", "show", "-n", "retrian")
    assert (said.status, "retrain" in said.errors) == (3, True)


def test_azures_cron_schedule_is_made_shown_switched_and_deleted(published: Mlops, tmp_path: Path) -> None:
    said = published("schedule", "create", "-f", file(tmp_path, CRON), "-o", "json")
    assert said.status == 0, said.errors
    assert "“display_name” has no meaning here" in said.errors
    one = Schedule.objects.get()
    assert (one.experiment, one.parameters, one.version.number) == ("nights", {"share": 0.8}, 0)
    assert one.trigger["time_zone"] == "Europe/Berlin"
    shown = published("schedule", "show", "-n", "nightly", "-o", "json").value
    assert shown["next_fires"][0].startswith("2026-12-01T06:00:00+01:00")
    assert published("schedule", "disable", "-n", "nightly", "-o", "json").value["enabled"] is False
    assert published("schedule", "enable", "-n", "nightly", "-o", "json").value["enabled"] is True
    assert published("schedule", "delete", "-n", "nightly", "-y").status == 0
    assert published("schedule", "list", "-o", "json").value == []


def test_a_recurrence_with_hours_minutes_and_weekdays(published: Mlops, tmp_path: Path) -> None:
    said = published("schedule", "create", "-f", file(tmp_path, RECURRENCE % "azureml:retrain"), "-o", "json")
    assert said.status == 0, said.errors
    trigger = Schedule.objects.get().trigger
    assert (trigger["hours"], trigger["minutes"]) == ([6, 18], [30])
    assert trigger["week_days"] == ["monday", "friday"]


def test_a_file_as_job_is_published_for_the_schedule(published: Mlops, tmp_path: Path) -> None:
    file(tmp_path, PIPELINE, "pipeline.yml")
    said = published("schedule", "create", "-f", file(tmp_path, RECURRENCE % "./pipeline.yml"), "-o", "json")
    assert said.status == 0, said.errors
    assert PipelineEndpoint.objects.get(name="weekly").default.number == 0


def test_an_inline_job_is_published_for_the_schedule(published: Mlops, tmp_path: Path) -> None:
    job = "\n" + "".join(f"  {line}\n" for line in PIPELINE.splitlines() if not line.startswith("name:"))
    said = published("schedule", "create", "-f", file(tmp_path, RECURRENCE % job), "-o", "json")
    assert said.status == 0, said.errors
    assert PipelineEndpoint.objects.get(name="weekly").default.number == 0
    assert sorted(path.name for path in tmp_path.glob("*.yml")) == ["schedule.yml"]


def test_a_wrong_field_is_told_with_line_and_nearest_name(published: Mlops, tmp_path: Path) -> None:
    said = published("schedule", "create", "-f", file(tmp_path, CRON.replace("expression:", "expresion:")))
    assert said.status == 3
    assert "line 6" in said.errors
    assert "expression" in said.errors
    assert not Schedule.objects.exists()


def test_a_second_schedule_of_that_name_is_refused(published: Mlops, tmp_path: Path) -> None:
    place = file(tmp_path, CRON)
    published("schedule", "create", "-f", place)
    said = published("schedule", "create", "-f", place)
    assert (said.status, "schedule_exists" in said.errors) == (3, True)


def test_a_yaml_is_published_and_its_next_version_stays_beside_the_default(published: Mlops, tmp_path: Path) -> None:
    place = file(tmp_path, PIPELINE)
    first = published("pipeline", "publish", "-f", place, "-n", "rows", "-o", "json")
    assert first.status == 0, first.errors
    second = published("pipeline", "publish", "-f", place, "-n", "rows", "--no-default", "-o", "json")
    assert (first.value["version"], second.value["version"]) == (0, 1)
    assert PipelineEndpoint.objects.get(name="rows").default.number == 0


def test_a_schedule_is_changed_field_by_field_and_by_its_file(published: Mlops, tmp_path) -> None:
    published("schedule", "create", "-f", file(tmp_path, CRON))
    words = ("--set", "trigger.expression=30 7 * * *", "parameters.share=0.6", "is_enabled=false")
    said = published("schedule", "update", "-n", "nightly", *words)
    assert said.status == 0, said.errors
    one = Schedule.objects.get()
    assert (one.trigger["expression"], one.parameters, one.is_enabled) == ("30 7 * * *", {"share": 0.6}, False)
    assert one.trigger["time_zone"] == "Europe/Berlin"
    said = published("schedule", "update", "-n", "nightly", "-f", file(tmp_path, CRON.replace("0.8", "0.9")))
    one.refresh_from_db()
    assert (one.trigger["expression"], one.parameters, one.is_enabled) == ("0 6 * * 1-5", {"share": 0.9}, True)


def test_what_of_a_schedule_stays_is_told(published: Mlops, tmp_path) -> None:
    published("schedule", "create", "-f", file(tmp_path, CRON))
    assert published("schedule", "update", "-n", "nightly").status == 2
    said = published("schedule", "update", "-n", "nightly", "--set", "create_job.job=azureml:other")
    assert said.status == 3
    said = published("schedule", "update", "-n", "nightly", "--set", "trigger.expresion=1")
    assert "Did you mean 'expression'?" in said.errors
    assert "schedule update -n nightly" in published("schedule", "create", "-f", file(tmp_path, CRON)).errors


def test_the_job_of_a_schedule_becomes_its_next_version(signed_in: Mlops, tmp_path) -> None:
    job = "{type: command, command: echo %s, environment: 'azureml:mlops-studio@latest'}"
    signed_in("schedule", "create", "-f", file(tmp_path, RECURRENCE % (job % "one")))
    said = signed_in("schedule", "update", "-n", "weekly", "-f", file(tmp_path, RECURRENCE % (job % "two")))
    assert said.status == 0, said.errors
    assert PipelineEndpoint.objects.get().default.number == 1
    assert signed_in("schedule", "trigger", "-n", "weekly").value["state"] == "started"
    assert "echo two" in str(Run.objects.get().source)
