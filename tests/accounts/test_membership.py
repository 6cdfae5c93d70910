"""Projects and roles, as acts and over REST."""

from __future__ import annotations

import pytest

from mlops.access.decisions import may
from mlops.access.models import Membership
from mlops.accounts.membership import give_role, remove_person
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "deeds"),
    [("reader", ["read"]), ("contributor", ["read", "contribute"]), ("owner", ["read", "contribute", "own"])],
)
def test_a_role_grants_its_deeds_and_no_more(project, owner, stranger, role, deeds):
    give_role(owner, project, user=stranger, role=role)
    assert [deed for deed in ("read", "contribute", "own") if may(stranger, deed, project)] == deeds


def test_a_lower_role_takes_the_higher_deeds_away(project, owner, contributor):
    give_role(owner, project, user=contributor, role="reader")
    assert not may(contributor, "contribute", project)


def test_the_last_owner_can_neither_leave_nor_step_down(project, owner):
    for act in (
        lambda: remove_person(owner, project, user=owner),
        lambda: give_role(owner, project, user=owner, role="reader"),
    ):
        with pytest.raises(Refusal) as refusal:
            act()
        assert (refusal.value.code, refusal.value.status) == ("last_owner", 409)


def test_only_owners_give_roles(project, contributor, stranger):
    with pytest.raises(Refusal) as refusal:
        give_role(contributor, project, user=stranger, role="reader")
    assert refusal.value.code == "forbidden"
    assert not may(stranger, "read", project)


def test_each_change_is_an_event_with_its_reason(project, owner, reader):
    remove_person(owner, project, user=reader, reason="left the team")
    event = Event.objects.latest("seq")
    assert (event.type, event.reason, event.data) == ("mlops.project.person_removed", "left the team", {"user": "rita"})


def test_rest_creates_a_project_whose_owner_is_the_caller(client, stranger):
    client.force_login(stranger)
    made = client.post("/api/v1/projects/", {"name": "Fraud Watch"}, content_type="application/json")
    assert made.status_code == 201
    assert (made.json()["slug"], made.json()["role"]) == ("fraud-watch", "owner")
    assert [one["slug"] for one in client.get("/api/v1/projects/").json()["results"]] == ["fraud-watch"]


def test_rest_hides_the_project_from_strangers(client, project, stranger):
    client.force_login(stranger)
    assert client.get("/api/v1/projects/churn/").status_code == 404
    assert client.get("/api/v1/projects/churn/members/").status_code == 404


def test_rest_gives_and_takes_roles(client, project, owner, stranger):
    client.force_login(owner)
    path = "/api/v1/projects/churn/members/"
    assert client.post(path, {"user": "sven", "role": "reader"}, content_type="application/json").status_code == 201
    assert {one["user"]: one["role"] for one in client.get(path).json()["results"]} == {
        "olga": "owner",
        "sven": "reader",
    }
    assert client.delete(f"{path}sven/").status_code == 204
    assert not may(stranger, "read", project)


def test_an_unknown_person_gets_the_nearest_name(client, project, owner, stranger):
    client.force_login(owner)
    response = client.post(
        "/api/v1/projects/churn/members/", {"user": "svenn", "role": "reader"}, content_type="application/json"
    )
    assert response.status_code == 404
    assert response.json()["hint"] == "Did you mean 'sven'?"


def test_who_may_not_change_people_learns_nothing_about_names(client, project, reader):
    client.force_login(reader)
    for name in ("sven", "nobody"):
        body = {"user": name, "role": "owner"}
        response = client.post("/api/v1/projects/churn/members/", body, content_type="application/json")
        assert response.json()["code"] == "forbidden"


def test_the_page_shows_the_refusal_and_keeps_the_last_owner(client, project, owner):
    client.force_login(owner)
    response = client.post("/projects/churn/", {"act": "remove", "user": "olga"})
    assert response.status_code == 409
    assert "is the only owner" in response.content.decode()
    assert Membership.objects.get(user=owner).role == "owner"


def test_basic_sign_in_works_over_rest(client, owner):
    import base64

    given = base64.b64encode(b"olga:a long passphrase").decode()
    assert client.get("/api/v1/me/", headers={"Authorization": f"Basic {given}"}).json()["name"] == "olga"
