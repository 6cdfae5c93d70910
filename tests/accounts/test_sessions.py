"""Where a person is signed in, for how long, and when it is asked again who they are."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mlops.accounts import sessions
from mlops.accounts.models import ApiToken, SignedIn
from mlops.accounts.sessions import CONFIRMED

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"


def browser(name="olga", agent="Firefox on a desk", address="203.0.113.5") -> Client:
    client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    client.post("/sign-in/", {"name": name, "password": RIGHT})
    return client


def me(client) -> str:
    return client.get("/api/v1/me/").json().get("name", "")


def test_the_list_says_where_when_and_which_is_this_one(owner, stranger):
    browser("sven", agent="Sven's browser")
    here, _there = browser(), browser(agent="Safari on a phone", address="198.51.100.7")
    page = here.get("/settings/sign-in/").content.decode()
    assert all(said in page for said in ("Firefox on a desk", "203.0.113.5", "Safari on a phone", "198.51.100.7"))
    assert (page.count("this one"), "Sven&#x27;s browser" in page) == (1, False)


def test_one_session_or_all_others_are_ended(owner):
    here, one, two = browser(), browser(agent="one"), browser(agent="two")
    row = SignedIn.objects.get(agent="one")
    assert here.post("/settings/sign-in/", {"act": "end-session", "session": str(row.pk)}).status_code == 302
    assert [me(client) for client in (here, one, two)] == ["olga", "", "olga"]
    here.post("/settings/sign-in/", {"act": "end-others"})
    assert [me(client) for client in (here, two)] == ["olga", ""]


def test_nobody_ends_the_session_of_another(owner, stranger):
    browser()
    row = SignedIn.objects.get()
    for session in (str(row.pk), "nonsense"):
        answer = browser("sven").post("/settings/sign-in/", {"act": "end-session", "session": session})
        assert answer.status_code == 404
    assert SignedIn.objects.filter(pk=row.pk).exists()


def test_an_administrator_signs_somebody_out_everywhere(client, owner):
    hers = browser()
    client.force_login(User.objects.create_superuser("ada", password=RIGHT))
    client.post("/people/", {"act": "end-sessions", "name": "olga"})
    assert me(hers) == ""


def test_the_key_changes_with_signing_in(client, owner):
    client.get("/sign-in/")
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    client.post("/sign-in/", {"name": "olga", "password": RIGHT})
    assert client.cookies["sessionid"].value != before


def test_a_session_that_was_idle_too_long_is_over(owner, settings):
    settings.SESSION_IDLE_HOURS = 2
    client = browser()
    sessions.seen.clear()
    assert me(client) == "olga"
    SignedIn.objects.update(seen_at=timezone.now() - timedelta(hours=3))
    sessions.seen.clear()
    assert me(client) == ""


def test_a_visit_is_noted_at_most_once_a_minute(client, owner, django_assert_max_num_queries):
    client.force_login(owner)
    with django_assert_max_num_queries(100) as asked:
        client.get("/settings/")
    assert not [one for one in asked.captured_queries if "accounts_signedin" in one["sql"]]


def test_a_token_is_made_after_confirming_and_the_form_is_kept(client, owner):
    client.force_login(owner)
    session = client.session
    session[CONFIRMED] = time.time() - 3601
    session.save()
    form = {"act": "create-token", "name": "nightly", "days": "30"}
    page = client.post("/settings/", form)
    assert 'name="name" value="nightly"' in page.content.decode()
    assert client.post("/settings/", form | {"confirm-answer": "wrong"}).status_code == 400
    assert not ApiToken.objects.exists()
    assert "mls_" in client.post("/settings/", form | {"confirm-answer": RIGHT}).content.decode()
    assert "mls_" in client.post("/settings/", form | {"name": "second"}).content.decode()


def test_rest_asks_for_it_too(client, owner, settings):
    client.force_login(owner)
    session = client.session
    session[CONFIRMED] = 0
    session.save()
    answer = client.post("/api/v1/tokens/", {"name": "x"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "confirm_first")
    settings.CONFIRM_MINUTES = 0
    assert client.post("/api/v1/tokens/", {"name": "x"}, content_type="application/json").status_code == 201
