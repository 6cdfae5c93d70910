"""Every door at which one may guess closes after some wrong tries, and says why and until when."""

from __future__ import annotations

import base64

import pytest
from django.test import Client

from mlops.accounts.sessions import CONFIRMED
from tests.accounts.test_second_factor import codes_after_set_up

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'olga:{password}'.encode()).decode()}"}


def sign_in(client, owner, guess):
    return client.post("/sign-in/", {"name": "olga", "password": guess})


def second_factor(client, owner, guess):
    if "waiting-for-factor" not in client.session:
        codes_after_set_up(owner)
        sign_in(client, owner, RIGHT)
    return client.post("/sign-in/second/", {"code": guess})


def confirm(client, owner, guess):
    client.force_login(owner)
    session = client.session
    session[CONFIRMED] = 0
    session.save()
    return client.post("/settings/", {"act": "create-token", "name": "x", "confirm-answer": guess})


def change_password(client, owner, guess):
    client.force_login(owner)
    new = "another long passphrase"
    return client.post("/settings/", {"act": "change-password", "current": guess, "new": new, "again": new})


def rest(client, owner, guess):
    return client.get("/api/v1/me/", headers=basic(guess))


def mlflow(client, owner, guess):
    return client.get("/api/2.0/mlflow/experiments/get?experiment_id=0", headers=basic(guess))


def odata(client, owner, guess):
    return client.get("/odata/v1/", headers=basic(guess))


@pytest.mark.parametrize("door", [sign_in, second_factor, confirm, change_password, rest, mlflow, odata])
def test_a_door_closes_after_five_wrong_tries_and_says_until_when(owner, door):
    client = Client()
    answers = [door(client, owner, f"guess {number}") for number in range(6)]
    assert [one.status_code == 429 for one in answers] == [False] * 5 + [True]
    assert "UTC" in answers[-1].content.decode()


def test_the_door_stays_closed_for_the_right_password_and_for_that_address_alone(owner):
    for number in range(5):
        sign_in(Client(), owner, f"guess {number}")
    assert sign_in(Client(), owner, RIGHT).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), owner, RIGHT).status_code == 302


def test_wrong_tokens_close_the_door_for_tokens_alone(owner, settings):
    settings.LOCKOUT_ADDRESS_ATTEMPTS = 3
    bearer = {"Authorization": "Bearer mls_guess"}
    answers = [Client().get("/api/v1/me/", headers=bearer).status_code for _try in range(4)]
    assert answers == [401, 401, 401, 429]
    assert sign_in(Client(), owner, RIGHT).status_code == 302


def test_mails_for_new_passwords_are_sent_slowly(client, settings):
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    answers = [client.post("/sign-in/forgotten/", {"name": "nobody"}) for _try in range(11)]
    assert [one.status_code for one in answers] == [200] * 10 + [429]
