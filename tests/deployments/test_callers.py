"""Who may call: two keys with a time of grace, tokens with scope and end, modes; and what the router is told."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mlops.deployments import actions, tokens
from mlops.deployments.callers import change_callers
from mlops.deployments.keys import studio_key
from mlops.deployments.models import EndpointToken
from mlops.deployments.routing import route
from mlops.deployments.uses import note_uses
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.formats.serving import CredentialUse
from mlops.router.credentials import authenticate
from mlops.router.endpoints import Endpoint as Routed
from tests.deployments.test_acts import deploy
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(contributor, project):
    return actions.create_endpoint(contributor, project, name="prices")


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


def told(endpoint: Any) -> Routed:
    """As the router sees it."""
    endpoint.refresh_from_db()
    return Routed(route(endpoint, [], tokens=list(EndpointToken.objects.filter(revoked_at=None))))


def opens(endpoint: Any, secret: str, *, now: float | None = None) -> bool:
    try:
        return authenticate(told(endpoint), authorization=f"Bearer {secret}".encode(), api_key=b"", now=now) is not None
    except Refusal:
        return False


def test_regenerating_one_key_leaves_the_other_in_force(contributor, endpoint):
    before = actions.credentials(contributor, endpoint)
    after = actions.regenerate_key(contributor, endpoint, which="primary")
    opened = [opens(endpoint, key) for key in (before.primary, before.secondary, after.primary)]
    assert opened == [False, True, True]


def test_a_replaced_key_goes_on_for_its_time_of_grace(contributor, endpoint):
    before = actions.credentials(contributor, endpoint)
    after = actions.regenerate_key(contributor, endpoint, which="primary", grace_seconds=3600)
    assert opens(endpoint, before.primary)
    assert opens(endpoint, after.primary)
    assert not opens(endpoint, before.primary, now=time.time() + 3601)
    actions.regenerate_key(contributor, endpoint, which="primary")
    assert not opens(endpoint, before.primary)


def test_a_grace_of_years_is_refused(contributor, endpoint):
    with pytest.raises(Refusal, match="cannot go on"):
        actions.regenerate_key(contributor, endpoint, which="primary", grace_seconds=1e9)


def test_a_token_is_kept_as_a_digest_and_told_in_no_event(contributor, endpoint):
    made = tokens.create_token(contributor, endpoint, name="shop")
    assert opens(endpoint, made.secret)
    assert made.token.digest == hashlib.sha256(made.secret.encode()).hexdigest()
    assert made.secret not in " ".join(str(event.data) for event in Event.objects.all())


def test_a_revoked_token_is_refused_and_its_name_free_again(contributor, endpoint):
    made = tokens.create_token(contributor, endpoint, name="shop")
    with pytest.raises(Refusal, match="already has a token"):
        tokens.create_token(contributor, endpoint, name="shop")
    tokens.revoke_token(contributor, endpoint, made.token)
    assert not opens(endpoint, made.secret)
    assert opens(endpoint, tokens.create_token(contributor, endpoint, name="shop").secret)


def test_a_token_has_an_end_and_a_scope_that_exists(contributor, endpoint, version):
    deploy(contributor, endpoint, version)
    soon = timezone.now() + timedelta(hours=1)
    made = tokens.create_token(contributor, endpoint, name="a", deployments=["blue"], expires_at=soon)
    (known,) = [one for one in told(endpoint).credentials.values() if one.name == "a"]
    assert (known.deployments, known.expires_at) == (("blue",), soon.timestamp())
    assert not opens(endpoint, made.secret, now=soon.timestamp())
    with pytest.raises(Refusal, match="no deployment “bleu”"):
        tokens.create_token(contributor, endpoint, name="b", deployments=["bleu"])
    with pytest.raises(Refusal, match="ended already"):
        tokens.create_token(contributor, endpoint, name="b", expires_at=timezone.now())


def test_where_tokens_alone_count_keys_do_not_and_the_studio_still_calls(contributor, endpoint):
    key = actions.credentials(contributor, endpoint).primary
    change_callers(contributor, endpoint, auth_mode="aml_token")
    made = tokens.access_token(contributor, endpoint)
    assert [opens(endpoint, secret) for secret in (key, made.access_token, studio_key(endpoint))] == [False, True, True]
    assert made.expiry_time_utc - time.time() > 11 * 3600


def test_an_open_endpoint_asks_for_nothing(contributor, endpoint):
    change_callers(contributor, endpoint, auth_mode="none")
    assert authenticate(told(endpoint), authorization=b"", api_key=b"") is None


@pytest.mark.parametrize(
    "wanted",
    [{"auth_mode": "keys"}, {"cors_origins": ["shop.example"]}, {"sticky_cookie": "a b"}, {"sticky_query": "ä"}],
)
def test_nonsense_about_callers_is_refused(contributor, endpoint, wanted):
    with pytest.raises(Refusal):
        change_callers(contributor, endpoint, **wanted)


def test_a_reader_may_neither_make_tokens_nor_change_callers(reader, endpoint):
    for act in (tokens.access_token, change_callers):
        with pytest.raises(Refusal) as refused:
            act(reader, endpoint)
        assert refused.value.status == 403


def test_last_uses_are_noted_once_a_minute(contributor, endpoint):
    made = tokens.create_token(contributor, endpoint, name="shop")
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for credential in (str(made.token.pk), "primary"):
        for seconds in (0, 10):
            then = at.timestamp() + seconds
            use = CredentialUse(endpoint=str(endpoint.pk), credential=credential, requests=1, last_used_at=then)
            note_uses((use,))
    made.token.refresh_from_db()
    endpoint.refresh_from_db()
    assert made.token.last_used_at == at
    assert datetime.fromisoformat(endpoint.keys_used_at["primary"]) == at


def test_the_rest_face_makes_lists_and_revokes_tokens(client, contributor, endpoint):
    client.force_login(contributor)
    base = f"/api/v1/online-endpoints/{endpoint.pk}/"
    made = client.post(f"{base}tokens/", {"name": "shop"}, content_type="application/json")
    assert made.status_code == 201
    assert opens(endpoint, made.json()["secret"])
    (listed,) = client.get(f"{base}tokens/").json()["results"]
    assert "secret" not in listed
    assert client.delete(f"{base}tokens/shop/").status_code == 204
    assert client.get(f"{base}tokens/").json()["results"] == []
    changed = client.patch(f"{base}callers/", {"auth_mode": "aml_token"}, content_type="application/json").json()
    assert changed["auth_mode"] == "aml_token"
    assert client.post(f"{base}access-token/").json()["token_type"] == "Bearer"


def test_the_page_shows_a_new_token_once(client, contributor, endpoint):
    client.force_login(contributor)
    page = f"/endpoints/{endpoint.pk}/?tab=consume"
    made = client.post(page, {"act": "create-token", "name": "shop", "days": "30", "scope": ""}).content.decode()
    assert tokens.PREFIX in made
    again = client.get(page).content.decode()
    assert tokens.PREFIX not in again
    assert "shop" in again
