"""Personal tokens: shown once, refused when wrong, narrow when asked to be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.accounts.actions import create_token, revoke_token
from mlops.accounts.models import ApiToken
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_signs_its_owner_in(client, owner):
    secret = create_token(owner, name="nightly")
    assert client.get("/api/v1/me/", headers=bearer(secret)).json()["name"] == "olga"


def test_a_wrong_token_is_401_and_says_how_to_sign_in(client, db):
    response = client.get("/api/v1/me/", headers=bearer("mls_wrong"))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["code"] == "not_signed_in"


def test_a_wrong_token_is_401_even_where_a_session_would_do(client, owner):
    client.force_login(owner)
    assert client.get("/api/v1/me/", headers=bearer("mls_wrong")).status_code == 401


def test_an_expired_token_is_401(client, owner):
    secret = create_token(owner, name="short", expires=timedelta(days=1))
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_a_token_of_an_inactive_person_is_401(client, owner):
    secret = create_token(owner, name="nightly")
    owner.is_active = False
    owner.save()
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_a_reading_token_reads_and_changes_nothing(client, owner):
    secret = create_token(owner, name="dashboard", scopes="read")
    assert client.get("/api/v1/projects/", headers=bearer(secret)).status_code == 200
    response = client.post("/api/v1/projects/", {"name": "New"}, headers=bearer(secret))
    assert (response.status_code, response.json()["code"]) == (403, "scope_too_narrow")


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(client, owner):
    secret = create_token(owner, name="nightly")
    client.get("/api/v1/me/", headers=bearer(secret))
    first = ApiToken.objects.get().last_used_at
    client.get("/api/v1/me/", headers=bearer(secret))
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_the_secret_is_in_no_row_and_no_event(owner):
    secret = create_token(owner, name="nightly")
    assert secret not in str(list(ApiToken.objects.values()))
    assert secret not in str(list(Event.objects.values()))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": "x", "scopes": "raed"}, "scope_unknown"),
        ({"name": "x", "expires": timedelta(0)}, "expiry_past"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(owner, values, code):
    with pytest.raises(Refusal) as refusal:
        create_token(owner, **values)
    assert refusal.value.code == code


def test_a_revoked_token_is_refused_and_others_cannot_revoke_it(client, owner, stranger):
    secret = create_token(owner, name="nightly")
    token = ApiToken.objects.get()
    with pytest.raises(Refusal):
        revoke_token(stranger, token_id=token.pk)
    revoke_token(owner, token_id=token.pk)
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_tokens_over_rest_show_the_secret_in_the_first_answer_only(client, owner):
    client.force_login(owner)
    made = client.post("/api/v1/tokens/", {"name": "ci", "expires_days": 30}, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["secret"].startswith("mls_")
    listed = client.get("/api/v1/tokens/").json()["results"]
    assert [(one["name"], "secret" in one) for one in listed] == [("ci", False)]
    assert client.delete(f"/api/v1/tokens/{made.json()['id']}/").status_code == 204


def test_the_page_shows_a_new_token_once_and_lists_it_afterwards(client, owner):
    client.force_login(owner)
    page = client.post("/settings/", {"act": "create-token", "name": "laptop", "days": "30"}).content.decode()
    assert "mls_" in page
    again = client.get("/settings/").content.decode()
    assert "laptop" in again
    assert "mls_" not in again


def test_a_refused_token_form_keeps_what_was_typed(client, owner):
    create_token(owner, name="laptop")
    client.force_login(owner)
    response = client.post("/settings/", {"act": "create-token", "name": "laptop"})
    assert response.status_code == 409
    assert 'value="laptop"' in response.content.decode()
