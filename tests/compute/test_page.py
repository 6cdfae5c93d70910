"""The page of workers: what runs where as each person may see it, what waits and why, and what administrators do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.compute.models import Pool
from mlops.runs.models import Experiment, Run, Step
from mlops.work.models import Worker
from tests.compute.test_joining import SHARED
from tests.work.rows import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(project) -> Step:
    worker("here:1")
    experiment = Experiment.objects.create(project=project, name="first")
    now = timezone.now()
    run = Run.objects.create(
        project=project, experiment=experiment, number=7, spec={}, display_name="x", state="running", state_since=now
    )
    facts = {"state": "running", "state_since": now, "started_at": now, "lease_owner": "here:1", "lease_until": now}
    return Step.objects.create(run=run, node="a", title="Train it", **facts)


def test_a_member_sees_what_runs_where_and_a_stranger_only_that_something_does(step, owner, stranger, client):
    client.force_login(owner)
    assert "Train it" in client.get("/compute/").content.decode()
    client.force_login(stranger)
    page = client.get("/compute/").content.decode()
    assert "Train it" not in page
    assert "one step of a project of others" in page


def test_what_waits_says_why(step, owner, client):
    Step.objects.filter(pk=step.pk).update(state="queued", lease_until=None, lease_owner="", asks_gpus=4)
    client.force_login(owner)
    page = client.get("/compute/").content.decode()
    assert "GPUs 4" in page
    assert "Train it" in page


def test_an_administrator_drains_a_worker_with_a_reason(step, client):
    client.force_login(User.objects.create_superuser("ada"))
    client.post("/compute/workers/here:1/", {"act": "drain", "reason": "new disks"})
    assert Worker.objects.get().state == "draining"
    assert "new disks" in client.get("/compute/workers/here:1/").content.decode()


def test_an_administrator_sees_what_else_a_worker_does(client, db):
    call = {"job": "blobs.garbage", "arguments": "[]", "since": timezone.now().isoformat()}
    worker("here:1", doing=[call])
    client.force_login(User.objects.create_superuser("ada"))
    assert "blobs.garbage" in client.get("/compute/workers/here:1/").content.decode()


def test_a_pool_is_named_changed_and_forgotten(client, db):
    client.force_login(User.objects.create_superuser("ada"))
    client.post("/compute/pools/", {"name": "gpus", "labels": "gpu", "least": "1", "most": ""})
    assert Pool.objects.get().labels == {"gpu": ""}
    client.post("/compute/pools/gpus/", {"act": "save", "labels": "gpu,zone=a", "least": "0", "most": "3"})
    assert Pool.objects.get().most == 3
    assert client.post("/compute/pools/", {"name": "gpus"}).status_code == 409
    client.post("/compute/pools/gpus/", {"act": "forget"})
    assert not Pool.objects.exists()


@pytest.mark.parametrize(("page", "form", "field"), [
    ("/compute/pools/", {"name": "gpus", "least": "1", "most": "many"}, "many"),
    ("/compute/", {"minutes": "soon"}, "soon"),
])  # fmt: skip
def test_a_number_that_is_none_is_refused_by_its_words(client, db, page, form, field):
    client.force_login(User.objects.create_superuser("ada"))
    answer = client.post(page, form)
    assert answer.status_code == 400
    assert f"“{field}” is no whole number." in answer.content.decode()
    assert not Pool.objects.exists()


def test_a_token_for_no_time_is_refused(client, db, monkeypatch):
    for name, value in SHARED.items():
        monkeypatch.setenv(name, value)
    client.force_login(User.objects.create_superuser("ada"))
    answer = client.post("/compute/", {"minutes": "0"})
    assert answer.status_code == 400
    assert "good for a minute to a week" in answer.content.decode()
