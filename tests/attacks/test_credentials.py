"""Class: default, weak and missing credentials (CVE-2023-6014, CVE-2025-1474, CVE-2025-11200, CVE-2026-0545,
CVE-2026-2635).

There is no default password; nobody signs up; whoever guesses has to wait, and learns nothing of who exists."""

from __future__ import annotations

import base64
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mlops.accounts import actions
from mlops.accounts.models import ApiToken
from mlops.formats.refusal import Refusal

PUBLISHED = (
    ("admin", "password1234"), ("admin", "password"), ("admin", "admin"), ("mlflow", "mlflow"), ("root", "root"),
    ("admin", ""), ("", ""),
)  # fmt: skip
"""The first is in `basic_auth.ini` of MLflow."""


def basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def called(path: str, authorization: str = "", address: str = "203.0.113.9") -> int:
    headers = {"Authorization": authorization} if authorization else {}
    return Client(REMOTE_ADDR=address).get(path, headers=headers).status_code


@pytest.mark.parametrize("path", ["/api/2.0/mlflow/experiments/get?experiment_id=0", "/api/v1/me/"])
def test_no_published_password_opens_a_new_server(db, path):
    _administrator, generated = actions.create_first_administrator()
    assert len(generated or "") >= 16
    for name, password in PUBLISHED:
        assert called(path, basic(name, password), address=f"203.0.113.{len(name) + len(password)}") == 401
    for authorization in (
        "",
        "Bearer ",
        "Bearer null",
        "Basic",
        "Basic !!!",
        "Negotiate x",
        "Bearer mls_",
        "Digest a=1",
    ):
        assert called(path, authorization) == 401


@pytest.mark.parametrize("weak", ["a", "admin", "password1234", "1234567890", "short"])
def test_a_weak_password_is_taken_for_nobody(db, owner, weak):
    with pytest.raises(Refusal) as told:
        actions.create_first_administrator(weak)
    assert told.value.code == "password_weak"
    assert not User.objects.filter(is_superuser=True).exists()
    with pytest.raises(Refusal):
        actions.change_password(owner, current="a long passphrase", new=weak)


@pytest.mark.parametrize("path", ["/api/2.0/mlflow/experiments/get?experiment_id=0", "/api/v1/me/"])
def test_whoever_guesses_has_to_wait_at_each_door(owner, path):
    tries = [called(path, basic("olga", f"wrong {number}")) for number in range(7)]
    assert tries == [401] * 5 + [429] * 2
    assert called(path, basic("olga", "a long passphrase")) == 429
    assert called(path, basic("olga", "a long passphrase"), address="203.0.113.77") in (200, 404)


def test_one_password_is_not_tried_with_all_names(db):
    tries = [called("/api/v1/me/", basic(f"person{number}", "summer2026!")) for number in range(62)]
    assert tries[:60] == [401] * 60
    assert tries[60:] == [429] * 2


def test_nothing_tells_who_exists(owner):
    there, gone = (Client().post("/sign-in/", {"name": name, "password": "x"}) for name in ("olga", "nobody"))
    assert there.status_code == gone.status_code
    assert there.content.replace(b"olga", b"").__len__() == gone.content.replace(b"nobody", b"").__len__()


def test_nobody_signs_up(db):
    for path in ("/signup", "/sign-up/", "/api/2.0/mlflow/users/create", "/api/2.0/mlflow/users/create-ui"):
        answer = Client().post(path, {"username": "evil", "password": "a long passphrase"})
        assert answer.status_code in (401, 403, 404)
    assert not User.objects.exists()


def test_a_token_that_ended_was_revoked_or_is_of_somebody_gone_opens_nothing(owner):
    for end in ("expires", "revoked", "inactive"):
        secret = actions.create_token(owner, name=end)
        token = ApiToken.objects.get(name=end)
        assert called("/api/v1/me/", f"Bearer {secret}") == 200
        if end == "expires":
            ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        elif end == "revoked":
            actions.revoke_token(owner, token_id=token.pk)
        else:
            User.objects.filter(pk=owner.pk).update(is_active=False)
        assert called("/api/v1/me/", f"Bearer {secret}") == 401, end
        assert called("/api/2.0/mlflow/experiments/get?experiment_id=0", f"Bearer {secret}") == 401, end


def test_a_password_that_was_changed_is_not_remembered(owner, project):
    path = "/api/2.0/mlflow/experiments/get?experiment_id=0"
    assert called(path, basic("olga", "a long passphrase")) == 200
    actions.change_password(owner, current="a long passphrase", new="another long passphrase")
    assert called(path, basic("olga", "a long passphrase")) == 401


def test_the_database_holds_digests_alone(owner):
    secret = actions.create_token(owner, name="x")
    kept = ApiToken.objects.get(name="x")
    assert secret not in str([getattr(kept, field.attname) for field in kept._meta.concrete_fields])
    assert kept.digest == actions.digest(secret)


def test_an_unknown_name_takes_as_long_as_a_known_one(owner, settings):
    """Within what can be told apart over a network."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    owner.set_password("a long passphrase")
    owner.save()

    def spent(name: str) -> float:
        began = time.perf_counter()
        called("/api/v1/me/", basic(name, "wrong"))
        return time.perf_counter() - began

    known, unknown = min(spent("olga") for _ in range(2)), min(spent("nobody") for _ in range(2))
    assert unknown > known / 3
