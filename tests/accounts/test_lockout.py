"""Who guesses has to wait: for one name from one address, and for an address."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mlops.accounts import lockout
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"


def sign_in(client, name="olga", password=RIGHT):
    return client.post("/sign-in/", {"name": name, "password": password})


def lock_out(client, name="olga") -> None:
    for _number in range(5):
        assert sign_in(client, name, "wrong").status_code == 400


def test_the_sixth_wrong_attempt_has_to_wait_and_is_told_until_when(client, owner):
    lock_out(client)
    response = sign_in(client)
    assert response.status_code == 429
    assert 240 <= int(response.headers["Retry-After"]) <= 300
    assert "UTC, or ask an administrator" in response.content.decode()


def test_waiting_is_not_made_longer_by_trying(client, owner):
    lock_out(client)
    before = AccessAttempt.objects.get().attempt_time
    assert [sign_in(client).status_code for _number in range(3)] == [429] * 3
    assert AccessAttempt.objects.get().attempt_time == before


def test_after_the_wait_the_right_password_works_again(client, owner):
    lock_out(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=5, seconds=1))
    assert sign_in(client).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_the_limit_for_one_name_does_not_lock_out_another(client, owner, stranger):
    lock_out(client)
    assert sign_in(client, name="sven").status_code == 302


def test_a_right_password_does_not_give_an_address_its_attempts_back(client, owner, settings):
    settings.LOCKOUT_ADDRESS_ATTEMPTS = 6
    for number in range(6):
        sign_in(client, f"nobody{number}", "wrong")
        if number == 4:
            assert sign_in(client).status_code == 302
            client.post("/sign-out/")
    assert sign_in(client).status_code == 429


def test_basic_authentication_counts_at_the_same_door(client, owner):
    lock_out(client)
    given = base64.b64encode(f"olga:{RIGHT}".encode()).decode()
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Basic {given}"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/api/v1/me/", "/api/2.0/mlflow/experiments/get?experiment_id=0"])
def test_wrong_tokens_have_to_wait_too_and_keep_nobody_from_a_password(client, owner, settings, path):
    settings.LOCKOUT_ADDRESS_ATTEMPTS = 3
    tries = [client.get(path, headers={"Authorization": f"Bearer mls_{n}"}).status_code for n in range(5)]
    assert tries == [401] * 3 + [429] * 2
    assert sign_in(client).status_code == 302


def test_the_wait_is_an_event_without_what_was_typed(client, owner):
    lock_out(client)
    lock_out(client, "a password in the wrong field")
    first, second = Event.objects.filter(type="mlops.account.locked").order_by("seq")
    assert (first.subject, first.data["attempts"], first.data["address"]) == ("people/olga", 5, "127.0.0.1")
    assert second.subject == "people/(unknown)"


def test_an_administrator_frees_and_others_do_not(client, owner):
    lock_out(client)
    with pytest.raises(Refusal):
        lockout.free(owner, name="olga")
    browser = Client()
    browser.force_login(User.objects.create_superuser("ada", password=RIGHT))
    assert "has to wait" in browser.get("/people/").content.decode()
    assert browser.post("/people/", {"act": "free", "name": "olga"}).status_code == 302
    assert sign_in(client).status_code == 302
    assert Event.objects.filter(type="mlops.account.freed", actor_name="ada").exists()


def test_the_counts_hold_nothing_of_the_request(client, owner):
    sign_in(client, password="my secret")
    assert "my secret" not in str(list(AccessAttempt.objects.values()))


def test_a_program_with_the_right_password_costs_three_looks_at_the_counts(client, owner):
    word = base64.b64encode(f"olga:{RIGHT}".encode()).decode()
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/api/v1/me/", headers={"Authorization": f"Basic {word}"}).status_code == 200
    looks = [one["sql"] for one in asked if "axes_accessattempt" in one["sql"]]
    assert len(looks) == 3  # ours, that of axes' backend, and whether there is something to forget
