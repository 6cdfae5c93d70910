"""The second factor: set up, asked for, required, and lost."""

from __future__ import annotations

import base64
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import User
from django.test import Client

from mlops.accounts.actions import create_token, make_sign_in_link
from mlops.accounts.factors import actions

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"


def code_of(secret: str, steps: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def codes_after_set_up(person) -> tuple[str, list[str]]:
    secret = actions.new_secret()
    return secret, actions.set_up_app(person, secret=secret, code=code_of(secret, -1))


def sign_in(client, password=RIGHT, **more):
    return client.post("/sign-in/", {"name": "olga", "password": password, **more})


def me(client) -> str:
    return client.get("/api/v1/me/").json().get("name", "")


def test_a_person_sets_it_up_and_sees_the_recovery_codes_once(client, owner):
    client.force_login(owner)
    page = client.post("/settings/sign-in/", {"act": "begin-app"}).content.decode()
    secret = page.split('id="factor-secret">')[1].split("<")[0]
    assert "data:image/svg+xml;base64," in page
    done = client.post("/settings/sign-in/", {"act": "finish-app", "code": code_of(secret)}).content.decode()
    codes = done.split('id="recovery-codes">')[1].split("<")[0].split()
    assert (len(codes), len(set(codes))) == (10, 10)
    assert codes[0] not in client.get("/settings/sign-in/").content.decode()
    assert secret not in str(list(Authenticator.objects.values()))


def test_a_wrong_code_sets_nothing_up(client, owner):
    client.force_login(owner)
    client.post("/settings/sign-in/", {"act": "begin-app"})
    answer = client.post("/settings/sign-in/", {"act": "finish-app", "code": "000000"})
    assert (answer.status_code, Authenticator.objects.count()) == (422, 0)


@pytest.mark.parametrize("way", ["password", "link"])
def test_it_is_asked_for_after_each_first_factor(client, owner, way):
    secret, _codes = codes_after_set_up(owner)
    if way == "password":
        answer = sign_in(client, next="/projects/")
    else:
        answer = client.get(f"/sign-in/link/{make_sign_in_link(owner)}/")
    assert (answer.url, me(client)) == ("/sign-in/second/", "")
    answer = client.post("/sign-in/second/", {"code": code_of(secret)})
    assert (answer.url, me(client)) == ("/projects/" if way == "password" else "/", "olga")


def test_a_code_works_once(client, owner):
    secret, _codes = codes_after_set_up(owner)
    code = code_of(secret)
    for expected in (302, 422):
        browser = Client()
        sign_in(browser)
        assert browser.post("/sign-in/second/", {"code": code}).status_code == expected


def test_a_recovery_code_works_once_in_place_of_the_app(client, owner):
    _secret, codes = codes_after_set_up(owner)
    for expected in (302, 422):
        browser = Client()
        sign_in(browser)
        assert browser.post("/sign-in/second/", {"code": codes[0]}).status_code == expected
    assert actions.codes_left(owner) == 9


def test_codes_cannot_be_guessed(client, owner):
    codes_after_set_up(owner)
    sign_in(client)
    tries = [client.post("/sign-in/second/", {"code": f"{number:06}"}).status_code for number in range(7)]
    assert tries == [422] * 5 + [429] * 2


def test_the_second_page_alone_leads_nowhere(client, owner):
    codes_after_set_up(owner)
    assert client.get("/sign-in/second/").url == "/sign-in/"
    assert client.post("/sign-in/second/", {"code": "123456"}).url == "/sign-in/"


@pytest.mark.parametrize("path", ["/api/v1/me/", "/api/2.0/mlflow/experiments/get?experiment_id=0"])
def test_a_password_alone_opens_no_api_and_a_token_does(client, owner, path):
    codes_after_set_up(owner)
    given = base64.b64encode(f"olga:{RIGHT}".encode()).decode()
    answer = client.get(path, headers={"Authorization": f"Basic {given}"})
    assert (answer.status_code, b"Create a token" in answer.content or b"second factor" in answer.content) == (
        403,
        True,
    )
    token = create_token(owner, name="x")
    assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code in (200, 404)


@pytest.mark.parametrize(("rule", "held"), [("everybody", True), ("owners", True), ("administrators", False)])
def test_who_must_have_one_is_held_to_setting_it_up(client, owner, project, settings, rule, held):
    settings.SECOND_FACTOR = rule
    sign_in(client)
    page = client.get("/projects/")
    assert (page.status_code == 302 and page.url == "/settings/sign-in/") is held
    assert client.get("/api/v1/me/").status_code == (403 if held else 200)
    if not held:
        return
    page = client.post("/settings/sign-in/", {"act": "begin-app"}).content.decode()
    secret = page.split('id="factor-secret">')[1].split("<")[0]
    client.post("/settings/sign-in/", {"act": "finish-app", "code": code_of(secret)})
    assert client.get("/projects/").status_code == 200
    assert client.post("/settings/sign-in/", {"act": "remove-factor"}).status_code == 409


def test_an_administrator_helps_who_lost_the_phone_and_others_cannot(client, owner, stranger):
    codes_after_set_up(owner)
    client.force_login(stranger)
    assert client.post("/people/", {"act": "remove-factor", "name": "olga"}).status_code == 403
    client.force_login(User.objects.create_superuser("ada", password=RIGHT))
    assert client.post("/people/", {"act": "remove-factor", "name": "olga"}).status_code == 302
    assert sign_in(Client()).url == "/"
