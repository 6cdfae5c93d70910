"""Passkeys: registered, used to sign in and as second factor, and refused where something is not as it must be."""

from __future__ import annotations

import html

import pytest
from allauth.mfa.models import Authenticator as Row
from django.test import Client

from mlops.events.models import Event
from tests.accounts.authenticator import Authenticator

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"
PAGE = "/settings/sign-in/"


def options(answer) -> str:
    return html.unescape(answer.content.decode().split('data-options="')[1].split('"')[0])


def register(person, key: Authenticator, client: Client | None = None) -> Client:
    client = client or Client()
    client.force_login(person)
    asked = options(client.post(PAGE, {"act": "begin-passkey"}))
    client.post(PAGE, {"act": "finish-passkey", "name": "Laptop", "passkey": key.create(asked)})
    return client


def enter(key: Authenticator, client: Client | None = None, **more):
    client = client or Client()
    asked = options(client.get("/sign-in/passkey/"))
    return client, client.post("/sign-in/passkey/", {"passkey": key.get(asked), **more})


def me(client) -> str:
    return client.get("/api/v1/me/").json().get("name", "")


def test_a_passkey_is_registered_and_the_first_one_brings_recovery_codes(owner):
    client, key = Client(), Authenticator()
    client.force_login(owner)
    asked = options(client.post(PAGE, {"act": "begin-passkey"}))
    page = client.post(PAGE, {"act": "finish-passkey", "name": "Laptop", "passkey": key.create(asked)}).content.decode()
    assert ("Laptop" in page, 'id="recovery-codes">' in page) == (True, True)
    told = Event.objects.filter(type="mlops.account.factor_added").latest("seq")
    assert told.data == {"kind": "passkey", "name": "Laptop"}


def test_it_signs_in_without_a_name_and_a_second_question(owner):
    register(owner, key := Authenticator())
    client, answer = enter(key, next="/projects/")
    assert (answer.url, me(client)) == ("/projects/", "olga")
    told = Event.objects.filter(type="mlops.account.signed_in").latest("seq")
    assert told.data == {"by": "passkey", "factor": "passkey"}


def test_alone_it_must_have_verified_the_person(owner):
    register(owner, key := Authenticator(verifies=False))
    client, answer = enter(key)
    assert (answer.status_code, me(client)) == (422, "")


def test_it_is_asked_for_after_the_password(owner):
    register(owner, key := Authenticator(verifies=False))
    client = Client()
    client.post("/sign-in/", {"name": "olga", "password": RIGHT})
    asked = options(client.get("/sign-in/second/"))
    assert me(client) == ""
    client.post("/sign-in/second/", {"passkey": key.get(asked)})
    assert me(client) == "olga"


def test_nobody_elses_passkey_is_a_second_factor(owner, stranger):
    register(owner, hers := Authenticator())
    other = Authenticator()
    other.id = b"\x08" * 32
    register(stranger, other)
    client = Client()
    client.post("/sign-in/", {"name": "olga", "password": RIGHT})
    asked = options(client.get("/sign-in/second/"))
    assert client.post("/sign-in/second/", {"passkey": other.get(asked)}).status_code == 422
    assert (me(client), hers.counter) == ("", 0)


def test_wrong_passkeys_count_as_wrong_codes_do(owner):
    register(owner, Authenticator())
    client = Client()
    client.post("/sign-in/", {"name": "olga", "password": RIGHT})
    tries = [client.post("/sign-in/second/", {"passkey": "{}"}).status_code for _try in range(6)]
    assert tries == [422] * 5 + [429]


def test_an_answer_is_good_once(owner):
    register(owner, key := Authenticator())
    client = Client()
    answer = key.get(options(client.get("/sign-in/passkey/")))
    assert client.post("/sign-in/passkey/", {"passkey": answer}).status_code == 302
    client.post("/sign-out/")
    client.get("/sign-in/passkey/")
    assert client.post("/sign-in/passkey/", {"passkey": answer}).status_code == 422


@pytest.mark.parametrize("spoilt", ["origin", "counter", "key"])
def test_what_is_not_as_it_must_be_is_refused(owner, spoilt):
    register(owner, key := Authenticator())
    enter(key)
    if spoilt == "origin":
        key.origin = "http://testserver.evil.example"
    elif spoilt == "counter":
        key.counter = 0
    else:
        key.key = Authenticator().key
    client, answer = enter(key)
    assert (answer.status_code, me(client)) == (422, "")


@pytest.mark.parametrize("given", ["", "nonsense", "[]", '{"id": 1}', '{"id": "AAAA", "response": {}}', "x" * 30_000])
def test_nonsense_is_no_passkey(client, given):
    client.get("/sign-in/passkey/")
    assert client.post("/sign-in/passkey/", {"passkey": given}).status_code == 422


def test_the_account_of_a_passkey_must_be_open(owner):
    register(owner, key := Authenticator())
    owner.is_active = False
    owner.save()
    assert enter(key)[1].status_code == 422


def test_the_last_one_is_kept_where_a_factor_is_required(owner, settings):
    client = register(owner, Authenticator())
    form = {"act": "remove-passkey", "number": str(Row.objects.get(type="webauthn").pk)}
    settings.SECOND_FACTOR = "everybody"
    assert client.post(PAGE, form).status_code == 409
    settings.SECOND_FACTOR = "optional"
    assert client.post(PAGE, form).status_code == 302
    assert not Row.objects.exists()


def test_nobody_removes_the_passkey_of_another(owner, stranger, client):
    register(owner, Authenticator())
    client.force_login(stranger)
    form = {"act": "remove-passkey", "number": str(Row.objects.get(type="webauthn").pk)}
    assert client.post(PAGE, form).status_code == 404


def test_it_confirms_who_one_is(owner):
    client = register(owner, key := Authenticator())
    session = client.session
    session["confirmed-at"] = 0
    session.save()
    form = {"act": "create-token", "name": "nightly"}
    asked = options(client.post("/settings/", form))
    page = client.post("/settings/", form | {"confirm-passkey": key.get(asked)}).content.decode()
    assert "mls_" in page
