"""What people see of runs, and the words when there is nothing to see."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.runs import queries
from mlops.runs.models import LogLine, Step
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


def test_a_reader_sees_the_run_and_a_stranger_does_not(reader, stranger, contributor, project):
    run = past_run(contributor, project)
    assert queries.run(reader, run.pk) == run
    for person, wanted in ((stranger, run.pk), (reader, uuid.uuid4())):
        with pytest.raises(Refusal) as caught:
            queries.run(person, wanted)
        assert (caught.value.code, caught.value.status) == ("not_found", 404)


def test_runs_are_found_by_number_state_and_experiment(reader, contributor, project):
    first, second = past_run(contributor, project), past_run(contributor, project, state="failed")
    seen = queries.visible_to(reader)
    assert list(queries.filtered(seen, text="#1")) == [first]
    assert list(queries.filtered(seen, state="failed", project="churn", experiment="cars")) == [second]
    assert not queries.filtered(seen, text="9" * 40).exists()
    assert not queries.filtered(seen, experiment="boats").exists()


def test_a_state_that_is_none_gets_the_nearest(reader, contributor, project):
    with pytest.raises(Refusal) as caught:
        queries.filtered(queries.visible_to(reader), state="complete")
    assert (caught.value.code, caught.value.hint) == ("state_unknown", "Did you mean 'completed'?")


def test_a_step_that_is_not_there_gets_the_nearest(contributor, project):
    with pytest.raises(Refusal) as caught:
        queries.step(past_run(contributor, project), "splt")
    assert caught.value.hint == "Did you mean 'split'?"


def test_an_output_that_is_not_there_says_which_are(contributor, project):
    step = queries.step(past_run(contributor, project), "split")
    with pytest.raises(Refusal) as caught:
        queries.output(step, "results_dataset1")
    assert "none yet" in caught.value.hint
    assert "queued" in caught.value.hint
    Step.objects.filter(pk=step.pk).update(outputs={"results_dataset1": {"type": "table", "tree": "abc"}})
    step.refresh_from_db()
    assert queries.output(step, "results_dataset1") == {"type": "table", "tree": "abc"}


def test_log_lines_come_in_order_after_the_last_seen_one(contributor, project):
    step = queries.step(past_run(contributor, project), "split")
    for seq in (3, 1, 2):
        LogLine.objects.create(step=step, seq=seq, at=timezone.now(), stream="stdout", text=f"line {seq}")
    assert [line.text for line in queries.log_lines(step, after=1)] == ["line 2", "line 3"]
    assert [line.seq for line in queries.log_lines(step, most=1)] == [1]
