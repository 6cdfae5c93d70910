"""Requiring a second factor: by the setting or by an administrator, with days of grace that people are told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mlops.accounts import sessions
from mlops.accounts.factors import requiring
from mlops.accounts.models import FactorRule
from mlops.events.models import Event

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_superuser("ada", password=RIGHT)


def browser(name="olga") -> Client:
    client = Client()
    client.post("/sign-in/", {"name": name, "password": RIGHT})
    return client


def age(days: int) -> None:
    FactorRule.objects.update(since=timezone.now() - timedelta(days=days))
    User.objects.update(date_joined=timezone.now() - timedelta(days=400))
    sessions.seen.clear()


def test_an_administrator_sets_the_rule_and_it_is_told(client, ada, owner):
    client.force_login(ada)
    form = {"act": "require-factor", "whom": "everybody", "days": "14"}
    assert client.post("/people/", form).status_code == 302
    assert "2 people who must have one have none yet" in client.get("/people/").content.decode()
    told = Event.objects.filter(type="mlops.account.factor_rule_changed").latest("seq")
    assert (told.before, told.after) == (
        {"whom": "optional", "grace_days": 0},
        {"whom": "everybody", "grace_days": 14},
    )


def test_in_the_grace_people_are_told_and_after_it_held(ada, owner):
    requiring.require_of(ada, whom="everybody", grace_days=14)
    client = browser()
    page = client.get("/projects/")
    assert (page.status_code, "requires a second factor of you from" in page.content.decode()) == (200, True)
    age(15)
    client.get("/projects/")
    assert client.get("/projects/").url == "/settings/sign-in/"
    assert client.get("/api/v1/me/").status_code == 403


def test_a_rule_holds_for_who_is_signed_in_and_ends_for_them(ada, owner):
    client = browser()
    requiring.require_of(ada, whom="everybody", grace_days=0)
    sessions.seen.clear()
    assert client.get("/projects/").url == "/settings/sign-in/"
    requiring.require_of(ada, whom="optional", grace_days=0)
    sessions.seen.clear()
    assert client.get("/projects/").status_code == 200


def test_who_joins_later_has_as_many_days(ada, owner):
    requiring.require_of(ada, whom="everybody", grace_days=14)
    age(100)
    User.objects.filter(username="olga").update(date_joined=timezone.now())
    assert browser().get("/projects/").status_code == 200
    assert browser("ada").get("/projects/").url == "/settings/sign-in/"


def test_the_setting_goes_before_and_pages_cannot_change_it(client, ada, settings):
    settings.SECOND_FACTOR, settings.SECOND_FACTOR_GRACE_DAYS = "administrators", 7
    client.force_login(ada)
    assert "MLOPS_SECOND_FACTOR says" in client.get("/people/").content.decode()
    answer = client.post("/people/", {"act": "require-factor", "whom": "optional", "days": "0"})
    assert answer.status_code == 409
    assert requiring.rule().grace_days == 7


@pytest.mark.parametrize("form", [{"whom": "x", "days": "0"}, {"whom": "everybody", "days": "x"}])
def test_what_is_no_rule_is_refused(client, ada, form):
    client.force_login(ada)
    assert client.post("/people/", {"act": "require-factor"} | form).status_code == 422


def test_who_lacks_one_is_read_by_two_queries_however_many_they_are(ada, owner, project, django_assert_num_queries):
    User.objects.bulk_create(User(username=f"person{number}") for number in range(5))
    for whom, names in (("owners", ["ada", "olga"]), ("administrators", ["ada"])):
        with django_assert_num_queries(2):
            lacking = requiring.who_lacks(requiring.Rule(whom))
        assert [one.get_username() for one in lacking] == names
