"""What became of runs is told to the host, at most once a state, and again where it was not taken."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.repositories.actions import change
from mlops.repositories.models import Started
from mlops.repositories.queueing import synchronise
from mlops.repositories.reporting import due, report
from mlops.repositories.wanted import Wanted
from mlops.runs.models import Run
from tests.repositories.receivers import TOKEN, receiving

pytestmark = pytest.mark.django_db
SUCCESS = {"github": "success", "gitlab": "success", "gitea": "success"}
PENDING = {"github": "pending", "gitlab": "running", "gitea": "pending"}
FAILURE = {"github": "failure", "gitlab": "failed", "gitea": "failure"}


@pytest.fixture(params=["github", "gitlab", "gitea"])
def receiver(request):
    with receiving(request.param) as found:
        yield found


@pytest.fixture
def started(receiver, owner, repository, taken_up) -> Started:
    change(owner, repository, Wanted(host=receiver.kind, token=TOKEN, login="none", api_url=receiver.url,
                                     reports_status=True))  # fmt: skip
    taken_up(synchronise(owner, repository))
    return Started.objects.get()


def look(started: Started) -> Started:
    Started.objects.filter(pk=started.pk).exclude(report_at=None).update(report_at=timezone.now())
    report(started.pk)
    return Started.objects.get(pk=started.pk)


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_a_run_is_pending_and_then_what_it_became(receiver, started, end):
    look(started)
    look(started)
    Run.objects.update(state=end, reason="Exit status 1.")
    ended = look(started)

    told = SUCCESS if end == "completed" else FAILURE
    assert [one["state"] for one in receiver.taken] == [PENDING[receiver.kind], told[receiver.kind]]
    assert receiver.taken[0]["slug"] == "team/churn"
    assert receiver.taken[0]["commit"] == started.push.commit
    assert (ended.reported, ended.report_at) == ("success" if end == "completed" else "failure", None)


def test_a_run_that_goes_on_is_no_work_until_it_has_ended(started):
    look(started)
    Started.objects.update(report_at=timezone.now())
    assert due(timezone.now()) == []
    Run.objects.update(state="completed")
    assert due(timezone.now()) == [started.pk]


def test_a_call_that_failed_is_tried_again(receiver, started):
    receiver.answers = [503]

    assert "503" in look(started).report_trouble
    assert look(started).report_trouble == ""
    assert len(receiver.taken) == 1


def test_a_file_that_could_not_start_is_a_failure(receiver, started, owner, repository, origin, taken_up):
    origin.push({".mlops/train.yml": "command: python train.py\ncode: ./gone\nenvironment: azureml:x@latest\n"})
    push = taken_up(synchronise(owner, repository))

    look(push.started.get())

    assert receiver.taken[-1]["state"] == FAILURE[receiver.kind]
    assert "gone" in receiver.taken[-1]["description"]
