"""Ids are taken from callers where they are sane, and go on to jobs, runs and steps."""

from __future__ import annotations

import json

import pytest

from mlops.trail import carried

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_sane_id_is_kept_and_a_trace_goes_on():
    trail = carried.begun(correlation="build-42", traceparent=PARENT)
    assert trail.correlation == "build-42"
    assert trail.traceparent == PARENT


@pytest.mark.parametrize("given", ["", "two words", "x" * 81, "a\nb", "<b>"])
def test_other_ids_are_made_anew_and_are_that_of_the_trace(given):
    trail = carried.begun(correlation=given)
    assert trail.correlation == trail.trace_id
    assert len(trail.trace_id) == 32


def test_without_an_id_that_of_the_trace_is_taken():
    assert carried.begun(traceparent=PARENT).correlation == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_facts_add_up_and_end():
    with carried.about(run=1), carried.about(step="train"):
        assert carried.facts() == {"run": "1", "step": "train"}
    assert carried.facts() == {}


def test_a_wake_up_carries_the_ids_and_its_job_follows_them(monkeypatch):
    from mlops.celery import app
    from mlops.work.calls import _send, job

    seen, sent = [], {}

    @job("tests.trail")
    def look() -> None:
        seen.append(carried.correlation())

    monkeypatch.setattr(app, "send_task", lambda name, **how: sent.update(how))
    with carried.following(carried.begun(correlation="click-7", traceparent=PARENT)):
        _send("tests.trail", [], carried.headers())
    task = app.tasks["tests.trail"]
    task.apply(headers=sent["headers"])
    assert sent["headers"] == {"mlops_correlation": "click-7", "traceparent": PARENT}
    assert seen == ["click-7"]
    assert carried.current() is None


def test_a_regular_job_is_found_by_its_call():
    from mlops.celery import app
    from mlops.work.calls import job

    seen = []

    @job("tests.regular")
    def look() -> None:
        seen.append(carried.correlation())

    app.tasks["tests.regular"].apply(task_id="call-1")
    assert seen == ["call-1"]


def test_lines_are_json_with_ids_and_without_secrets(monkeypatch):
    import logging

    from mlops.trail import lines

    monkeypatch.setenv("MLOPS_LOG_FORMAT", "json")
    monkeypatch.setattr(lines, "_process", "worker")
    try:
        raise ValueError("password=hunter22")
    except ValueError as error:
        record = logging.LogRecord(
            "mlops.x", logging.ERROR, "x.py", 1, "at %s", ("https://u:pw@h/",), (ValueError, error, error.__traceback__)
        )
    with carried.following(carried.begun(correlation="click-7")), carried.about(run=3, step="train"):
        told = json.loads(lines.formatter().format(record))
    assert told["correlation_id"] == "click-7"
    assert (told["process"], told["run"], told["step"], told["level"]) == ("worker", "3", "train", "ERROR")
    assert "pw" not in told["message"]
    assert "hunter22" not in told["exception"]
    assert told["exception"].startswith("Traceback")


def test_a_line_for_people_names_its_request():
    import logging

    from mlops.trail.lines import Marked

    record = logging.makeLogRecord({"msg": "x"})
    with carried.following(carried.begun(correlation="req-1")):
        assert Marked().filter(record)
    assert record.mark == " [req-1]"


@pytest.mark.django_db
def test_a_run_keeps_the_id_and_its_programs_know_it(project):
    from django.utils import timezone

    from mlops.execution.naming import variables_of
    from mlops.runs.models import Experiment, Run
    from mlops.runs.trails import of_run

    experiment = Experiment.objects.create(project=project, name="first")
    with carried.following(carried.begun(correlation="click-9", traceparent=PARENT)):
        run = Run.objects.create(
            project=project, experiment=experiment, number=1, spec={}, spec_digest="", state_since=timezone.now()
        )
    run.refresh_from_db()
    told = variables_of(run, "train")
    assert (told["MLOPS_CORRELATION_ID"], told["TRACEPARENT"]) == ("click-9", PARENT)
    with of_run(run, step="train"):
        assert carried.correlation() == "click-9"
        assert carried.facts()["step"] == "train"
