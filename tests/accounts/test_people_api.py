"""People, sessions, second factors and lock-outs by REST."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mlops.accounts import actions, leaving, lockout, standing
from mlops.accounts.models import ApiToken, SignedIn
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from tests.accounts.test_second_factor import codes_after_set_up

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"
API = "/api/v1/"


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_superuser("ada", password=RIGHT)


@pytest.fixture
def admin(ada, client) -> Client:
    client.force_login(ada)
    return client


def post(client, path, **body):
    return client.post(API + path, body, content_type="application/json")


def last(kind: str) -> Event:
    return Event.objects.filter(type=f"mlops.account.{kind}").latest("seq")


def browser(name="olga") -> Client:
    client = Client()
    client.post("/sign-in/", {"name": name, "password": RIGHT})
    return client


def test_a_person_lists_and_ends_their_own_sessions_alone(owner, stranger):
    here, there, other = browser(), browser(), browser("sven")
    rows = here.get(f"{API}me/sessions/").json()["results"]
    assert sorted(row["is_this"] for row in rows) == [False, True]
    away = next(row["id"] for row in rows if not row["is_this"])
    assert other.delete(f"{API}me/sessions/{away}/").status_code == 404
    assert here.delete(f"{API}me/sessions/{away}/").status_code == 204
    assert (there.get(f"{API}me/").status_code, here.get(f"{API}me/").status_code) == (401, 200)
    assert "session_key" not in str(rows)


def test_a_token_ends_all_browsers_and_a_narrow_one_none(owner, client):
    browser(), browser()
    narrow = actions.create_token(owner, name="narrow", scopes="project.read")
    whole = actions.create_token(owner, name="whole")
    for token, status in ((narrow, 403), (whole, 200)):
        answer = client.post(f"{API}me/sessions/end-others/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
    assert (answer.json(), SignedIn.objects.count()) == ({"ended": 2}, 0)


def test_the_state_of_the_second_factor_tells_no_secret(client, owner):
    secret, codes = codes_after_set_up(owner)
    client.force_login(owner)
    answer = client.get(f"{API}me/second-factor/")
    told = answer.json()
    assert (told["has_app"], told["passkeys"], told["recovery_codes_left"]) == (True, [], 10)
    assert not any(one in answer.content.decode() for one in (secret, *codes))


def test_an_administrator_makes_a_person_and_a_link_that_signs_in_once(admin):
    assert post(admin, "people/", name="nina").json()["is_administrator"] is False
    link = post(admin, "people/nina/sign-in-link/").json()["link"]
    path = "/sign-in/link/" + link.split("/sign-in/link/")[1]
    assert Client().get(path).status_code == 302
    assert Client().get(path).status_code == 410
    assert last("link_made").subject == "people/nina"


def test_a_change_of_rank_is_told_with_before_and_after(admin, owner):
    answer = admin.patch(
        f"{API}people/olga/", {"administrator": True, "reason": "on call"}, content_type="application/json"
    )
    assert answer.json()["is_administrator"] is True
    told = last("rank_changed")
    assert (told.before, told.after, told.reason) == ({"administrator": False}, {"administrator": True}, "on call")


def test_the_last_administrator_stays_one(ada):
    with pytest.raises(Refusal, match="only administrator"):
        standing.change_rank(ada, ada, administrator=False)


def test_an_administrator_resets_a_lost_factor(admin, owner):
    codes_after_set_up(owner)
    assert post(admin, "people/olga/remove-second-factor/", reason="phone lost").status_code == 204
    told = last("factor_removed")
    assert (told.reason, told.before, told.after) == ("phone lost", {"second_factor": True}, {"second_factor": False})


def test_lockouts_are_listed_with_their_end_and_freed(admin, owner):
    for _attempt in range(5):
        lockout.count("olga", "203.0.113.9")
    (row,) = admin.get(f"{API}lockouts/").json()["results"]
    assert (row["name"], row["address"], row["attempts"], row["until"] > row["since"]) == (
        "olga",
        "203.0.113.9",
        5,
        True,
    )
    assert admin.delete(f"{API}lockouts/olga/").json() == {"freed": 1}
    assert admin.get(f"{API}lockouts/").json()["results"] == []


def test_a_deactivated_person_is_out_everywhere_and_a_return_brings_roles_alone(admin, owner, project):
    theirs, token = browser(), actions.create_token(owner, name="ci")
    link = actions.make_sign_in_link(owner)
    before = admin.get(f"{API}people/olga/departure/").json()["results"]
    assert {one["kind"] for one in before} == {"sessions", "tokens", "roles", "projects"}
    done = post(admin, "people/olga/deactivate/", reason="left")
    assert done.json()["results"] == before
    assert theirs.get(f"{API}me/").status_code == 401
    assert Client().get(f"{API}me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert Client().get(f"/sign-in/link/{link}/").status_code == 410
    assert browser().get(f"{API}me/").status_code == 401
    assert last("deactivated").data["held"]["tokens"] == 1
    assert post(admin, "people/olga/activate/").json()["is_active"] is True
    assert browser().get(f"{API}projects/churn/").status_code == 200
    assert not ApiToken.objects.exists()


def test_nobody_deactivates_themselves_or_the_last_administrator(admin, ada):
    answer = post(admin, "people/ada/deactivate/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_oneself")


def test_who_is_no_administrator_learns_nothing_of_names(client, owner):
    client.force_login(owner)
    assert [client.get(f"{API}people/{name}/").status_code for name in ("olga", "nobody")] == [403, 403]


def test_nothing_is_held_by_who_has_nothing(stranger):
    assert leaving.held_by(stranger) == []


def test_the_page_tells_before_what_happens_and_does_it(admin, owner, project):
    actions.create_token(owner, name="ci")
    page = admin.get("/people/olga/deactivate/").content.decode()
    assert all(said in page for said in ("1 token", "Revoked", "ci", "without another owner"))
    assert admin.post("/people/olga/deactivate/", {"reason": "left"}).status_code == 302
    assert "deactivated" in admin.get("/people/").content.decode()
    assert admin.post("/people/", {"act": "activate", "name": "olga"}).status_code == 302
    assert admin.post("/people/", {"act": "promote", "name": "olga"}).status_code == 302
    assert User.objects.get(username="olga").is_superuser
    assert admin.post("/people/", {"act": "demote", "name": "ada"}).status_code == 302
    assert admin.post("/people/", {"act": "demote", "name": "olga"}).status_code == 403
