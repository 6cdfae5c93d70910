"""Published pipelines, their calls, and schedules that call them. Time is passed in."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from designer import actions as designer
from mlops.events.models import Event
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge, Pin, PipelineParameter
from mlops.formats.refusal import Refusal
from mlops.pipelines import publishing, schedules
from mlops.pipelines.firing import tick
from mlops.pipelines.models import Fire, PublishedPipeline, Schedule
from mlops.runs.models import Run
from tests.execution.conftest import dataset_version

pytestmark = pytest.mark.django_db

SHARE = "fraction_of_rows_in_the_first_output_dataset"
NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
DAILY = {"type": "cron", "expression": "0 6 * * *"}


def drawing(**split: Any) -> Document:
    return Document(
        nodes={
            "data": DrawnNode(component="dataset", version="1", parameters={"dataset": {"$parameter": "source"}}),
            "split": DrawnNode(
                component="split_data", version="1", parameters={SHARE: {"$parameter": "share"}}, **split
            ),
        },
        edges=(Edge(source="data", source_port="dataset", target="split", target_port="dataset"),),
        parameters={
            "share": PipelineParameter(type="decimal", default=0.5),
            "source": PipelineParameter(type="dataset", default={"dataset": "Cars"}),
        },
    )


@pytest.fixture
def published(contributor, project, tmp_path) -> PublishedPipeline:
    dataset_version(project, pl.DataFrame({"price": [1.0, 2.0]}), tmp_path)
    draft = designer.create_draft(contributor, project, name="d", document=drawing())
    designer.publish(contributor, draft, endpoint="retrain")
    return designer.publish(contributor, draft, endpoint="retrain", make_default=False)


@pytest.fixture
def schedule(contributor, published):
    def made(trigger: Any = DAILY, **rules: Any) -> Schedule:
        return schedules.create_schedule(
            contributor, published.endpoint, name="nightly", trigger=trigger, now=NOW, **rules
        )

    return made


def at(hours: float, day: int = 0) -> datetime:
    return datetime(2026, 11, 25 + day, tzinfo=UTC) + timedelta(hours=hours)


def fires() -> list[tuple[str, str]]:
    return list(Fire.objects.order_by("due_at").values_list("state", "key"))


def test_versions_count_from_zero_and_the_first_stays_default(published):
    assert (published.number, published.endpoint.default.number) == (1, 0)


def test_a_call_runs_the_default_with_the_given_values(contributor, published, client):
    client.force_login(contributor)
    body = {
        "ExperimentName": "nightly",
        "ParameterAssignments": {"share": "0.8"},
        "DataSetDefinitionValueAssignments": {"source": {"SavedDataSetReference": {"Id": "Cars:1"}}},
    }
    url = f"/api/v1/pipeline-endpoints/{published.endpoint_id}/runs/"
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    run = Run.objects.get(pk=answer.json()["Id"])
    assert (run.experiment.name, run.asked["parameters"]["share"]) == ("nightly", 0.8)
    assert run.origin.endswith("@0")
    assert client.get(url).json()["results"][0]["id"] == str(run.pk)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Experiment": "x"}, "body_invalid"),
        ({"ParameterAssignments": {"shar": 1}}, "parameter_unknown"),
        ([], "body_invalid"),
    ],
)
def test_a_call_that_cannot_be_read_is_refused(contributor, published, client, body, code):
    client.force_login(contributor)
    url = f"/api/v1/pipeline-endpoints/{published.endpoint_id}/runs/"
    answer = client.post(url, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_reader_may_not_call(reader, published):
    with pytest.raises(Refusal) as refused:
        publishing.call(reader, published.endpoint)
    assert refused.value.status == 403


def test_a_disabled_version_is_not_called(contributor, published):
    publishing.disable(contributor, published)
    with pytest.raises(Refusal) as refused:
        publishing.call(contributor, published.endpoint, number=1)
    assert refused.value.code == "pipeline_disabled"
    publishing.call(contributor, published.endpoint)


def test_a_schedule_is_disabled_before_what_it_calls(contributor, published, schedule):
    one = schedule()
    with pytest.raises(Refusal, match="nightly") as refused:
        publishing.disable(contributor, published.endpoint)
    assert refused.value.code == "schedule_active"
    schedules.disable_schedule(contributor, one)
    publishing.disable(contributor, published.endpoint)


def test_a_pinned_drawing_is_not_published(contributor, project, published):
    pin = Pin(run="r", node="split", port="results_dataset1", tree="t", pinned_at="2026", pinned_by="olga")
    draft = designer.create_draft(contributor, project, document=drawing(pins={"results_dataset1": pin}))
    with pytest.raises(Refusal) as refused:
        designer.publish(contributor, draft, endpoint="x")
    assert refused.value.code == "publish_pinned"


def test_a_published_version_is_cloned_into_a_draft(contributor, published):
    draft = designer.clone_published(contributor, published)
    assert draft.document["parameters"].keys() == {"share", "source"}


def test_a_fire_has_one_run_however_often_it_is_looked_at(schedule):
    one = schedule(parameters={"share": 0.9})
    for _look in range(3):
        tick(at(6))
        Schedule.objects.filter(pk=one.pk).update(next_at=at(6), looked_at=NOW)
    assert fires() == [("started", "2026-11-25T06:00:00+00:00")]
    run = Run.objects.get()
    assert (run.asked["parameters"]["share"], run.asked["continue_on_step_failure"]) == (0.9, False)


@pytest.mark.parametrize(("rule", "second"), [("skip", "skipped"), ("queue", "queued"), ("allow", "started")])
def test_while_a_run_is_going_the_overlap_rule_decides(schedule, rule, second):
    schedule(overlap=rule)
    tick(at(6))
    tick(at(6, day=1))
    assert [state for state, _key in fires()] == ["started", second]
    assert Event.objects.filter(type="mlops.schedule.skipped").exists() is (second == "skipped")
    if rule == "queue":
        Run.objects.update(state="completed")
        tick(at(7, day=1))
        assert [state for state, _key in fires()] == ["started", "started"]


def test_missed_times_say_why(schedule):
    schedule(catch_up="skip")
    tick(at(12, day=2))
    found = list(Fire.objects.values_list("state", "reason"))
    assert len(found) == 3
    assert all(state == "skipped" and "Missed" in reason for state, reason in found)


def test_missed_times_are_told_in_one_event(schedule):
    schedule(catch_up="skip")
    tick(at(12, day=2))
    event = Event.objects.get(type="mlops.schedule.missed")
    assert (event.data["count"], event.data["endpoint"]) == (3, "retrain")
    assert event.data["first"] < event.data["last"]
    tick(at(12, day=2))
    assert Event.objects.filter(type="mlops.schedule.missed").count() == 1


def test_what_a_disabled_time_would_have_fired_is_not_caught_up(contributor, schedule):
    one = schedule(catch_up="all")
    schedules.disable_schedule(contributor, one)
    tick(at(12, day=2))
    schedules.enable_schedule(contributor, one, now=at(13, day=2))
    tick(at(14, day=2))
    assert fires() == []


def test_a_new_version_of_a_dataset_fires_with_it_as_parameter(schedule, project, tmp_path):
    schedule({"type": "dataset", "dataset": "Cars", "parameter": "source"}, overlap="allow")
    tick(at(6))
    dataset_version(project, pl.DataFrame({"price": [1.0, 2.0, 3.0]}), tmp_path, number=2)
    tick(at(7))
    tick(at(8))
    assert [key for _state, key in fires()] == ["Cars:2"]
    assert Run.objects.get().asked["parameters"]["source"] == {"dataset": "Cars", "version": 2}


def test_a_file_that_arrives_fires_once_its_writing_has_ended(schedule, settings, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    trigger = {"type": "files", "folder": str(folder), "polling_minutes": 1}
    with pytest.raises(Refusal) as refused:
        schedule(trigger)
    assert refused.value.code == "folder_not_allowed"
    settings.WATCHED_FOLDERS = str(tmp_path)
    schedule(trigger, overlap="allow")
    (folder / "new.csv").write_text("a\n1\n")
    (folder / "below").mkdir()
    (folder / "below" / "other.csv").write_text("a\n")
    for hours in (6, 7):
        os.utime(folder / "new.csv", (at(6).timestamp() - 1, at(6).timestamp() - 1))
        tick(at(hours))
    assert [state for state, _key in fires()] == ["started"]


def test_a_refused_call_is_told_at_its_fire(contributor, schedule, project, owner):
    from mlops.accounts.membership import give_role

    schedule()
    give_role(owner, project, user=contributor, role="reader")
    tick(at(6))
    fire = Fire.objects.get()
    assert (fire.state, fire.run) == ("refused", None)
    assert Event.objects.get(type="mlops.schedule.refused").reason == fire.reason
    assert fire.reason
