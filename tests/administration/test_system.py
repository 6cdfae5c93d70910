"""How the server is: each part says why, since when and what to do, and none tells a secret."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.administration.system import copies, jobs, queues, storage, versions, workers
from mlops.events.chain import record
from mlops.events.models import Event
from mlops.runs.models import Run
from mlops.work import outcomes
from mlops.work.models import RegularJob
from tests.work.rows import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


def test_a_worker_says_what_it_does_and_since_when():
    worker(doing=[{"job": "runs.garbage", "arguments": "", "since": timezone.now().isoformat()}])
    (line,) = workers.workers()
    assert (line.standing.state, line.doing[0].job) == ("ok", "runs.garbage")


def test_a_worker_that_fell_silent_needs_a_hand_and_says_what_happens_to_its_work():
    worker(seen_at=timezone.now() - timedelta(minutes=5))
    (line,) = workers.workers()
    assert line.standing.state == "bad"
    assert "goes to another one" in line.standing.remedy


def test_a_worker_of_another_version_is_to_be_started_again():
    worker(version="0.0.1")
    assert "Start it again" in workers.workers()[0].standing.remedy


def test_without_a_worker_work_waits_and_it_says_what_starts_one():
    worker(ended_at=timezone.now())
    found = workers.standing(workers.workers())
    assert (found.state, "mlops up" in found.remedy) == ("bad", True)


def test_a_job_that_fails_comes_first_with_its_error():
    RegularJob.objects.create(name="a.well", every_seconds=5, ended_at=timezone.now(), seconds=0.1)
    outcomes.note_failure("z.bad", ValueError("the shelf is gone"))
    first = jobs.jobs()[0]
    assert (first.name, first.standing.state) == ("z.bad", "warning")
    assert "the shelf is gone" in first.standing.why


def test_a_job_that_should_have_run_again_is_late():
    RegularJob.objects.create(name="a.late", every_seconds=5, ended_at=timezone.now() - timedelta(hours=1))
    assert jobs.jobs()[0].standing.state == "warning"


def test_a_job_that_fails_again_and_again_is_an_event_and_its_recovery_too():
    for _ in range(4):
        outcomes.note_failure("z.bad", ValueError("the shelf is gone"))
    RegularJob.objects.filter(pk="z.bad").update(failed_at=timezone.now() - timedelta(seconds=1))
    outcomes.noted("z.bad", lambda: None)()
    told = list(Event.objects.filter(subject="server/z.bad").order_by("seq").values_list("type", "data__failures"))
    assert told == [("mlops.server.job_failing", 3), ("mlops.server.job_recovered", 4)]


def test_calls_in_the_folder_of_the_broker_are_counted_with_the_age_of_the_oldest(data_dir):
    folder = data_dir / "broker" / "queue"
    folder.mkdir(parents=True)
    written = timezone.now() - timedelta(hours=1)
    for late in (0, 5):
        (folder / f"{int((written.timestamp() + late) * 1e9)}_x.mlops.msg").write_text("{}")
    calls = queues.queues()[0]
    assert (calls.waiting, calls.standing.state) == (2, "warning")
    assert abs(calls.oldest_at - written) < timedelta(seconds=1)


def test_a_broker_that_does_not_answer_is_said_with_its_remedy(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    from mlops.celery import app

    app.conf.broker_url = settings.CELERY_BROKER_URL
    calls = queues.queues()[0]
    assert (calls.waiting, calls.standing.state) == (None, "bad")
    assert "MLOPS_BROKER_URL" in calls.standing.remedy


def test_runs_that_wait_are_counted(project, experiment):
    Run.objects.create(
        project=project, experiment=experiment, number=1, spec={}, display_name="x", state_since=timezone.now()
    )
    assert next(one for one in queues.queues() if one.name == "runs").waiting == 1


def test_the_data_directory_is_measured_by_its_entries(data_dir):
    (data_dir / "logs").mkdir()
    (data_dir / "logs" / "web.log").write_bytes(b"x" * 100_000)
    storage.measure()
    found = next(one for one in storage.storage().folders if one.name == "logs")
    assert (found.title, found.files) == ("Logs", 1)
    assert found.bytes >= 100_000


def test_what_is_kept_of_a_bucket_is_told_with_its_bound(data_dir, monkeypatch):
    monkeypatch.setenv("MLOPS_STORAGE_CACHE_BYTES", str(5 * 2**30))
    (data_dir / "bucket" / "cache" / "ab").mkdir(parents=True)
    (data_dir / "bucket" / "cache" / "ab" / "cdef").write_bytes(b"x" * 100_000)
    storage.measure()
    found = next(one for one in storage.storage().folders if one.name == "bucket")
    assert "at most 5.0\xa0GB" in found.title
    assert found.bytes >= 100_000


def test_a_server_without_a_backup_says_how_to_take_one():
    found = copies.copies().standing
    assert (found.state, "mlops backup" in found.remedy) == ("warning", True)


def test_a_backup_that_was_verified_after_it_was_taken_is_well():
    data = {"path": "/b/x.tar", "bytes": 9, "database": "sqlite", "blobs": 1, "missing": 0, "secret_key": True}
    record(None, "mlops.backup.taken", subject="backups/x.tar", data=data)
    assert copies.copies().standing.state == "warning"
    data = {"path": "/b/x.tar", "taken_at": timezone.now().isoformat(), "blobs": 1, "damaged": 0}
    record(None, "mlops.backup.verified", subject="backups/x.tar", data=data)
    assert copies.copies().standing.state == "ok"


def test_every_library_is_listed_with_its_licence():
    found = {one.name.lower(): one.licence for one in versions.libraries()}
    assert found["django"].startswith("BSD")
    assert sum(1 for licence in found.values() if not licence) < 0.1 * len(found)


def test_settings_are_told_with_their_origin_and_without_secrets(client, administrator, monkeypatch):
    monkeypatch.setenv("MLOPS_SMTP_URL", "smtp://me:precious@host")
    client.force_login(administrator)
    answer = client.get("/api/v1/system/settings/").json()
    found = next(one for one in answer["results"] if one["name"] == "MLOPS_SMTP_URL")
    assert (found["origin"], found["is_secret"]) == ("environment", True)
    assert b"precious" not in client.get("/system/settings/").content
    assert "precious" not in str(answer)


def test_the_whole_report_is_as_bad_as_its_worst_part(client, administrator):
    client.force_login(administrator)
    assert client.get("/api/v1/system/").json()["state"] == "bad"  # no worker


@pytest.mark.parametrize("page", ["", "jobs/", "storage/", "settings/", "libraries/"])
def test_pages_of_the_system_are_shown_to_administrators_alone(client, administrator, owner, project, page):
    client.force_login(administrator)
    assert client.get(f"/system/{page}").status_code == 200
    client.force_login(owner)
    assert client.get(f"/system/{page}").status_code == 403
