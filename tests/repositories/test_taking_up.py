"""A push starts the jobs of the repository at exactly its commit."""

from __future__ import annotations

import pytest

from mlops.blobs.trees import manifest_of
from mlops.events.models import Event
from mlops.repositories.actions import change
from mlops.repositories.looks import poll
from mlops.repositories.models import Push, Repository, Started
from mlops.repositories.queueing import synchronise
from mlops.repositories.taking_up import take_up
from mlops.repositories.wanted import Wanted
from mlops.runs.code import folders_of, git_of
from mlops.runs.models import Run
from tests.repositories.conftest import JOB

pytestmark = pytest.mark.django_db


def test_a_job_runs_with_the_code_of_its_commit(owner, repository, origin, taken_up):
    commit = origin.git("rev-parse", "HEAD")
    origin.push({"src/train.py": "print('newer')\n"})

    push = taken_up(synchronise(owner, repository, branch="main", commit=commit))

    run = Run.objects.get()
    facts = git_of(run)
    tree = folders_of(run)[0].tree
    assert push.state == "done", push.reason
    assert (facts.commit, facts.branch, facts.is_dirty) == (commit, "main", False)
    assert facts.repository_uri == origin.url
    assert [file.size_bytes for file in manifest_of(tree).files] == [len("print('trained')\n")]


def test_the_event_names_commit_and_runs(owner, repository, taken_up):
    push = taken_up(synchronise(owner, repository))

    event = Event.objects.get(type="mlops.push.taken_up")
    assert event.data["commit"] == push.commit
    assert event.data["runs"] == [str(Run.objects.get().pk)]


def test_a_faulty_file_is_told_and_the_others_run(owner, repository, origin, taken_up):
    origin.push({".mlops/bad.yml": "command: python x.py\ncode: ./nowhere\nenvironment: azureml:nope@latest\n"})

    push = taken_up(synchronise(owner, repository))

    bad = Started.objects.get(path=".mlops/bad.yml")
    assert "nowhere" in bad.trouble
    assert push.state == "done"
    assert Run.objects.count() == 1


def test_each_of_several_jobs_knows_its_commit(owner, repository, origin, taken_up):
    commit = origin.push({".mlops/again.yml": JOB})

    taken_up(synchronise(owner, repository))

    assert [git_of(run).commit for run in Run.objects.all()] == [commit, commit]


def test_a_worker_that_was_killed_starts_nothing_twice(owner, repository, taken_up):
    push = taken_up(synchronise(owner, repository))
    Push.objects.update(state="queued")

    take_up(str(push.pk))

    assert Run.objects.count() == 1


def test_links_and_submodules_are_left_out_and_told(owner, repository, origin, taken_up):
    (origin.tree / "src" / "passwd").symlink_to("/etc/passwd")
    origin.push({".gitattributes": "* filter=evil\n"})

    push = taken_up(synchronise(owner, repository))

    assert push.left_out == ["src/passwd: a symbolic link"]
    assert push.state == "done"


def test_a_commit_without_jobs_says_what_it_looked_for(owner, repository, origin, taken_up):
    change(owner, repository, Wanted(files=["ci/*.yml"]))

    push = taken_up(synchronise(owner, repository))

    assert "No file" in push.reason
    assert "ci/*.yml" in push.hint


def test_a_commit_that_is_gone_fails_with_the_cause(owner, repository, taken_up):
    push = taken_up(synchronise(owner, repository, branch="main", commit="ab" * 20))

    assert push.state == "failed"
    assert "no commit" in push.reason


def test_a_regular_look_takes_up_what_is_new_once(owner, repository, origin, taken_up):
    change(owner, repository, Wanted(poll_minutes=5))
    poll(repository)
    assert not Push.objects.exists()

    commit = origin.push({"src/more.py": "1\n"})
    for _time in range(2):
        poll(Repository.objects.get())

    push = taken_up(Push.objects.get())
    assert (push.commit, push.state) == (commit, "done")


def test_a_push_beside_the_chosen_paths_starts_nothing(owner, repository, origin, taken_up):
    change(owner, repository, Wanted(paths=["src/**"], poll_minutes=5))
    poll(repository)
    origin.push({"README.md": "words\n"})
    poll(Repository.objects.get())

    push = taken_up(Push.objects.get())

    assert "Nothing changed" in push.reason
    assert not Run.objects.exists()


def test_the_person_who_connected_it_must_still_have_the_role(owner, repository, taken_up, project, stranger):
    Repository.objects.update(acts_as=stranger)
    push = synchronise(owner, repository)
    Push.objects.update(asked_by=None)

    push = taken_up(push)

    assert not Run.objects.exists()
    assert Started.objects.get().trouble
