"""Signing in: by password, under a limit, by one-time link; and never to a foreign address."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.accounts.actions import create_first_administrator, make_sign_in_link
from mlops.accounts.models import SignInLink

pytestmark = pytest.mark.django_db
RIGHT = "a long passphrase"


def sign_in(client, name="olga", password=RIGHT, **more):
    return client.post("/sign-in/", {"name": name, "password": password, **more})


def signed_in_as(client) -> str:
    return client.get("/api/v1/me/").json().get("name", "")


def test_the_right_password_signs_in_and_goes_on_to_the_page_asked_for(client, owner):
    response = sign_in(client, next="/projects/")
    assert (response.status_code, response.url) == (302, "/projects/")
    assert signed_in_as(client) == "olga"


def test_a_wrong_password_keeps_the_name_and_says_neither_which_part_was_wrong(client, owner):
    wrong = sign_in(client, password="wrong").content.decode()
    unknown = sign_in(client, name="nobody", password="wrong").content.decode()
    assert 'value="olga"' in wrong
    assert "The name or the password is wrong." in wrong
    assert "The name or the password is wrong." in unknown


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_a_foreign_address(client, owner, target):
    assert sign_in(client, next=target).url == "/"


def test_an_inactive_person_cannot_sign_in(client, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert sign_in(client).status_code == 400


def test_signing_out_is_a_post_and_ends_the_session(client, owner):
    client.force_login(owner)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/api/v1/me/").status_code == 401


def test_a_link_signs_in_once(client, owner):
    link = f"/sign-in/link/{make_sign_in_link(owner)}/"
    assert client.get(link).status_code == 302
    assert signed_in_as(client) == "olga"
    client.post("/sign-out/")
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Dest": "empty"}, {"Sec-Purpose": "prefetch;prerender"}])
def test_a_prefetch_does_not_burn_the_link(client, owner, headers):
    link = f"/sign-in/link/{make_sign_in_link(owner)}/"
    assert client.get(link, headers=headers).status_code == 200
    assert client.get("/api/v1/me/").status_code == 401
    assert client.post(link).status_code == 302


def test_a_link_expires(client, owner):
    link = f"/sign-in/link/{make_sign_in_link(owner)}/"
    SignInLink.objects.update(expires_at=timezone.now())
    assert client.get(link).status_code == 410


def test_the_database_does_not_know_the_link_itself(owner):
    token = make_sign_in_link(owner)
    assert token not in str(list(SignInLink.objects.values()))


def test_the_first_administrator_is_made_once():
    admin, generated = create_first_administrator()
    assert generated
    assert admin.check_password(generated)
    assert create_first_administrator("another password") == (admin, None)


def test_pages_send_visitors_to_sign_in_and_remember_where_they_wanted_to_go(client, db):
    response = client.get("/projects/?x=1")
    assert response.url == "/sign-in/?next=/projects/%3Fx%3D1"


def test_passwords_are_changed_with_the_current_one_only(client, owner):
    client.force_login(owner)
    form = {"act": "change-password", "current": "wrong", "new": "quite another one", "again": "quite another one"}
    assert "That is not your current password." in client.post("/settings/", form).content.decode()
    assert client.post("/settings/", form | {"current": RIGHT}).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password("quite another one")


@pytest.mark.parametrize(
    ("new", "again", "said"), [("short", "short", "too short"), ("long enough 1", "other", "not the same")]
)
def test_a_weak_or_mistyped_new_password_is_refused(client, owner, new, again, said):
    client.force_login(owner)
    form = {"act": "change-password", "current": RIGHT, "new": new, "again": again}
    assert said in client.post("/settings/", form).content.decode()


def test_administrators_add_people_who_sign_in_by_link(client):
    admin, _password = create_first_administrator()
    client.force_login(admin)
    page = client.post("/people/", {"act": "add", "name": "nina"}).content.decode()
    link = page.split('id="sign-in-link">')[1].split("</code>")[0]
    client.post("/sign-out/")
    client.get(link.removeprefix("http://testserver"))
    assert signed_in_as(client) == "nina"


def test_others_may_not_see_or_add_people(client, owner):
    client.force_login(owner)
    assert client.get("/people/").status_code == 403
    assert client.post("/people/", {"act": "add", "name": "nina"}).status_code == 403
