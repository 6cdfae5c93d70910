"""A studio in which nothing moves any more is asked what became of its work all the same."""

from __future__ import annotations

import time

import pytest

from mlops.runs.models import Run
from tests.faults.audit import runs
from tests.faults.quiet import wait
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


def test_a_run_that_does_not_end_is_waited_for_so_long_and_then_told(contributor, project):
    run = past_run(contributor, project, state="running")
    Run.objects.filter(pk=run.pk).update(ended_at=None)
    began = time.monotonic()
    known = wait(0.1, most_seconds=60)
    assert time.monotonic() - began < 20
    assert [told.split(":")[0] for told in runs(known.runs)] == [f"run #{run.number} has not ended"]


def test_what_has_ended_is_asked_about_at_once(contributor, project):
    run = past_run(contributor, project, state="completed")
    assert wait(60, most_seconds=60).runs == {run.pk}
