"""Rollouts and outcomes by REST."""

from __future__ import annotations

import pytest

from mlops.rollouts.models import Outcome
from tests.rollouts.conftest import deployment, looked

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def browser(client, contributor):
    client.force_login(contributor)
    return client


def begun(browser, endpoint, **more):
    body = {"candidate": "green", "plan": {"steps": [5, 100]}, **more}
    return browser.post(f"/api/v1/online-endpoints/{endpoint.pk}/rollouts/", body, content_type=JSON)


def test_a_rollout_is_begun_shown_and_rolled_back(browser, endpoint):
    made = begun(browser, endpoint, reason="Version 2").json()
    assert (made["number"], made["candidate"], made["control"], made["step"]) == (1, "green", "blue", 0)
    assert [line["state"] for line in made["steps"]] == ["next", "next"]
    one = f"/api/v1/online-endpoints/{endpoint.pk}/rollouts/1/"
    answer = browser.post(f"{one}rollback/", {"reason": "Not today"}, content_type=JSON).json()
    assert (answer["state"], answer["reason"]) == ("rolled_back", "Not today")
    again = browser.post(f"{one}pause/", {}, content_type=JSON)
    assert (again.status_code, again.json()["code"]) == (409, "rollout_ended")


def test_the_gates_tell_what_they_see(browser, endpoint):
    from mlops.rollouts.models import Rollout

    begun(browser, endpoint)
    looked(looked(Rollout.objects.get()))
    told = browser.get(f"/api/v1/online-endpoints/{endpoint.pk}/rollouts/1/").json()
    assert [(gate["kind"], gate["state"]) for gate in told["gates"]] == [("errors", "open"), ("latency", "open")]
    assert told["traffic"] == {"blue": 95, "green": 5}


def test_an_unknown_act_names_the_nearest(browser, endpoint):
    begun(browser, endpoint)
    answer = browser.post(f"/api/v1/online-endpoints/{endpoint.pk}/rollouts/1/rolback/", {}, content_type=JSON)
    assert (answer.status_code, answer.json()["hint"]) == (404, "Did you mean 'rollback'?")


def test_an_outcome_counts_once_a_request(browser, endpoint):
    path = f"/api/v1/online-endpoints/{endpoint.pk}/outcomes/"
    one = {"request_id": "r1", "value": 1, "deployment": "green"}
    assert browser.post(path, one, content_type=JSON).json() == {"new": 1, "received": 1}
    many = {"outcomes": [one, {"request_id": "r2", "value": 0, "deployment": "blue"}]}
    assert browser.post(path, many, content_type=JSON).json() == {"new": 1, "received": 2}
    assert Outcome.objects.filter(deployment=deployment(endpoint, "green")).count() == 1


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ({"request_id": "r1", "value": "much", "deployment": "green"}, "outcome_invalid"),
        ({"request_id": "r1", "value": 1, "deployment": "gren"}, "deployment_unknown"),
        ({"request_id": "never seen", "value": 1}, "request_unknown"),
    ],
)
def test_an_outcome_that_cannot_be_placed_is_refused_with_its_row(browser, endpoint, outcome, code):
    path = f"/api/v1/online-endpoints/{endpoint.pk}/outcomes/"
    good = {"request_id": "r0", "value": 1, "deployment": "green"}
    answer = browser.post(path, {"outcomes": [good, outcome]}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]["row"]) == (400, code, 1)
    assert not Outcome.objects.exists()
