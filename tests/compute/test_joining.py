"""A machine joins by a token: once, in time, of an administrator who still is one; and no secret of it is kept."""

from __future__ import annotations

import argparse
import json
import stat
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops import env
from mlops.client.commands import worker_join
from mlops.compute import joining
from mlops.compute.handing_out import handed_out, obstacles
from mlops.compute.models import JoinToken
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db
FAR = "10.0.0.7"
SHARED = {
    "MLOPS_DATABASE_URL": "postgres://mlops:hush@db.example/mlops",
    "MLOPS_BROKER_URL": "redis://queue.example:6379/0",
    "MLOPS_STORAGE_URL": "s3://studio/files",
    "AWS_ACCESS_KEY_ID": "ak",
    "AWS_SECRET_ACCESS_KEY": "precious",
    "MLOPS_SECRET_KEY": "k" * 50,
}


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def shared(monkeypatch) -> None:
    for name, value in SHARED.items():
        monkeypatch.setenv(name, value)


def test_a_server_of_one_machine_says_what_stands_against_it(administrator, monkeypatch):
    for name in ("MLOPS_DATABASE_URL", "MLOPS_BROKER_URL", "MLOPS_STORAGE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert len(obstacles()) == 3
    with pytest.raises(Refusal) as refused:
        joining.create_join_token(administrator)
    assert refused.value.code == "cannot_be_joined"


def test_only_administrators_let_machines_join(shared, owner):
    with pytest.raises(Refusal) as refused:
        joining.create_join_token(owner)
    assert refused.value.code == "forbidden"


def test_a_token_gives_what_a_worker_needs_once(shared, administrator):
    _token, secret = joining.create_join_token(administrator, labels="gpu", slots=3)
    found = joining.join(secret, host="far", address=FAR)
    assert found is not None
    assert {name: found[name] for name in SHARED} == SHARED
    assert (found["MLOPS_WORKER_LABELS"], found["MLOPS_STEP_SLOTS"]) == ("gpu", "3")
    assert joining.join(secret, host="other", address=FAR) is None


@pytest.mark.parametrize("spent", ["expires_at", "revoked_at", "used_at"])
def test_one_that_ran_out_was_revoked_or_used_gives_nothing(shared, administrator, spent):
    token, secret = joining.create_join_token(administrator)
    JoinToken.objects.filter(pk=token.pk).update(**{spent: timezone.now() - timedelta(seconds=1)})
    assert joining.join(secret, host="far", address=FAR) is None


def test_that_of_somebody_who_is_no_administrator_any_more_gives_nothing(shared, administrator):
    _token, secret = joining.create_join_token(administrator)
    User.objects.filter(pk=administrator.pk).update(is_superuser=False)
    assert joining.join(secret, host="far", address=FAR) is None


def test_what_joined_is_an_event_without_a_secret(shared, administrator):
    _token, secret = joining.create_join_token(administrator, note="the GPU box")
    joining.join(secret, host="far", address=FAR)
    made, joined = Event.objects.filter(type__startswith="mlops.worker.").order_by("seq")
    assert (made.type, joined.type) == ("mlops.worker.join_token_created", "mlops.worker.joined")
    assert (joined.data["host"], joined.data["address"]) == ("far", FAR)
    kept = json.dumps([[one.data, one.subject, one.after] for one in (made, joined)])
    assert not any(one in kept for one in (secret, "hush", "precious", SHARED["MLOPS_SECRET_KEY"]))


def test_a_database_on_the_loopback_is_refused_to_others_and_the_token_stays_good(shared, administrator, monkeypatch):
    _token, secret = joining.create_join_token(administrator)
    monkeypatch.setenv("MLOPS_DATABASE_URL", "postgres://mlops:hush@127.0.0.1/mlops")
    with pytest.raises(Refusal) as refused:
        joining.join(secret, host="far", address=FAR)
    assert "MLOPS_JOIN_DATABASE_URL" in refused.value.message
    monkeypatch.setenv("MLOPS_JOIN_DATABASE_URL", SHARED["MLOPS_DATABASE_URL"])
    found = joining.join(secret, host="far", address=FAR)
    assert found is not None
    assert found["MLOPS_DATABASE_URL"] == SHARED["MLOPS_DATABASE_URL"]


def test_what_belongs_to_one_machine_is_not_handed_out(shared, monkeypatch):
    monkeypatch.setenv("MLOPS_STEP_SLOTS", "9")
    monkeypatch.setenv("MLOPS_ADMIN_PASSWORD", "x")
    assert not {"MLOPS_STEP_SLOTS", "MLOPS_ADMIN_PASSWORD", "MLOPS_DATA_DIR"} & handed_out().keys()


def test_a_token_is_shown_in_the_answer_alone_and_exchanged_without_signing_in(shared, administrator, client):
    client.force_login(administrator)
    made = client.post("/api/v1/join-tokens/", {"note": "gpu"}, content_type="application/json")
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    secret = made.json()["secret"]
    assert secret not in client.get("/api/v1/join-tokens/").content.decode()
    client.logout()
    sent = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {secret}"}}
    answer = client.post("/api/v1/workers/join/", {"host": "far"}, **sent)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    again = client.post("/api/v1/workers/join/", {"host": "far"}, **sent)
    assert (again.status_code, again.json()["code"]) == (401, "join_token_unknown")


def test_the_page_shows_the_command_once(shared, administrator, client):
    client.force_login(administrator)
    page = client.post("/compute/", {"note": "gpu", "minutes": "5"}).content.decode()
    assert "mlops worker join http://testserver --token mlj_" in page
    assert "mlj_" not in client.get("/compute/").content.decode()


def test_settings_are_kept_for_their_owner_alone_and_taken_at_the_start(data_dir, monkeypatch):
    monkeypatch.setenv("MLOPS_STEP_SLOTS", "2")
    monkeypatch.setenv("MLOPS_ROUTER_TOKEN", "")
    place = env.write_joined({"MLOPS_ROUTER_TOKEN": "hush", "MLOPS_STEP_SLOTS": "9"}, server="https://studio")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    env.take_joined()
    assert (env.read("MLOPS_ROUTER_TOKEN"), env.read("MLOPS_STEP_SLOTS")) == ("hush", "2")


def test_a_data_directory_that_cannot_be_used_is_refused_before_the_token_is_spent(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_DATA_DIR", str(tmp_path))
    (tmp_path / "file").touch()
    asked = {"url": "http://127.0.0.1:1", "token": "mlj_x", "data_dir": str(tmp_path / "file"), "plain_http": False}
    with pytest.raises(Refusal) as refused:
        worker_join.join(argparse.Namespace(**asked))
    assert refused.value.code == "data_dir_unusable"
