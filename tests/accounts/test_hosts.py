"""Under which names browsers and programs are answered, and how cookies travel."""

from __future__ import annotations

import socket

import pytest
from django.test import Client

from mlops.accounts.actions import create_token

pytestmark = pytest.mark.django_db
BROWSER = {"Sec-Fetch-Site": "none"}
OURS = ("localhost", "localhost:8000", "studio.localhost", "127.0.0.1:8000", "[::1]:8000", "10.0.0.7", "192.168.1.5:80")
FOREIGN = ("rebound.example", "127.0.0.1.rebound.example", "localhost.evil.example:8000", "evil_name")


@pytest.mark.parametrize("host", [*OURS, socket.gethostname()])
def test_browsers_are_answered_under_addresses_and_names_of_this_machine(host):
    assert Client().get("/sign-in/", headers=BROWSER | {"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_others_bound_to_our_address_is_refused_with_the_remedy(host):
    for path in ("/sign-in/", "/api/v1/me/", "/", "/metrics"):
        answer = Client().get(path, headers=BROWSER | {"Host": host})
        assert answer.status_code == 400, path
        assert b"MLOPS_ALLOWED_HOSTS" in answer.content


def test_programs_with_a_credential_are_answered_under_any_name(owner):
    told = {"Host": "mlops-web.svc", "Authorization": f"Bearer {create_token(owner, name='device')}"}
    assert Client().get("/api/v1/me/", headers=told).status_code == 200
    assert Client().get("/api/v1/me/", headers=told | {"Origin": "http://mlops-web.svc"}).status_code == 400


def test_health_is_told_under_any_name():
    assert Client().get("/healthz", headers={"Host": "pod-7"}).status_code == 200


@pytest.mark.parametrize("names", [["studio.example"], [".example"], ["*"]])
def test_the_setting_widens_what_is_ours(settings, names):
    settings.OWN_NAMES = names
    for host in ("studio.example", "localhost"):
        assert Client().get("/sign-in/", headers=BROWSER | {"Host": host}).status_code == 200


def test_cookies_are_kept_to_https_once_a_page_came_by_it(owner):
    browser = Client()
    answer = browser.post("/sign-in/", {"name": "olga", "password": "a long passphrase"}, secure=True)
    assert answer.status_code == 302
    assert all(morsel["secure"] for morsel in browser.cookies.values())


def test_browsers_are_told_to_insist_on_https_by_the_setting(settings):
    settings.SECURE_HSTS_SECONDS = 3600
    assert "max-age=3600" in Client().get("/sign-in/", secure=True).headers["Strict-Transport-Security"]
