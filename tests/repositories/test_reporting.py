"""What became of runs is told to the host, at most once a state, and again where it was not taken."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.repositories import pushed_tags
from mlops.repositories.actions import change
from mlops.repositories.models import Release, ReleaseCall, Repository, Started
from mlops.repositories.queueing import synchronise
from mlops.repositories.releases import create_release
from mlops.repositories.releasing.working import work
from mlops.repositories.reporting import due, due_calls, report, report_call
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


@pytest.fixture
def tagged(receiver, owner, repository, origin) -> ReleaseCall:
    """A release that a pushed tag began."""
    change(owner, repository, Wanted(host=receiver.kind, token=TOKEN, login="none", api_url=receiver.url,
                                     reports_status=True))  # fmt: skip
    create_release(owner, repository, name="train", git_tag="v*", does="job", path=".mlops/train.yml")
    repository.refresh_from_db()
    pushed_tags.begin(repository, "v1", points_to=origin.tag("v1", message="One"))
    return ReleaseCall.objects.get()


def looked(call: ReleaseCall) -> ReleaseCall:
    """Worked off, then told as far as it is due."""
    ReleaseCall.objects.exclude(next_at=None).update(next_at=timezone.now())
    work(call.pk)
    for pk in due_calls(timezone.now()):
        report_call(pk)
    ReleaseCall.objects.exclude(report_at=None).update(report_at=timezone.now())
    return ReleaseCall.objects.get(pk=call.pk)


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_a_release_by_a_tag_is_pending_and_then_what_it_became(receiver, tagged, origin, end):
    looked(tagged)
    assert due_calls(timezone.now()) == []
    Run.objects.update(state=end, reason="Exit status 1.")
    ended = looked(tagged)

    told = SUCCESS if end == "completed" else FAILURE
    assert [one["state"] for one in receiver.taken] == [PENDING[receiver.kind], told[receiver.kind]]
    assert {one["commit"] for one in receiver.taken} == {origin.git("rev-parse", "HEAD")}
    assert (receiver.taken[0].get("context") or receiver.taken[0]["name"]) == "mlops/release/train"
    assert (ended.reported, ended.report_trouble) == ("success" if end == "completed" else "failure", "")


def test_a_release_whose_file_is_not_there_is_a_failure_at_its_commit(receiver, tagged, origin):
    Release.objects.update(path="gone.yml")
    receiver.answers = [503]
    assert "503" in looked(tagged).report_trouble
    looked(tagged)

    assert [one["state"] for one in receiver.taken] == [FAILURE[receiver.kind]]
    assert "gone.yml" in receiver.taken[0]["description"]


def test_where_statuses_are_not_wanted_none_is_told(receiver, tagged):
    Repository.objects.update(reports_status=False)
    looked(tagged)

    assert receiver.taken == []


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
