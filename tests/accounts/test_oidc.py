"""Sign-in by OpenID Connect, against a provider that keeps to the standard, and against ones that do not."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User

from mlops.access.models import Membership
from mlops.accounts import invitations
from mlops.events.models import Event
from tests.accounts.provider import CLIENT, SECRET, running_provider

pytestmark = pytest.mark.django_db
VERIFIED = {"email": "nina@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def running():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running, settings):
    running.__dict__ |= {"person": {"sub": "2482", "preferred_username": "nina"}, "spoil": {}, "userinfo": {}}
    running.key, running.told_issuer = running.own_key, ""
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = running.issuer, CLIENT, SECRET
    settings.OIDC_NAME, settings.OUTSIDE_PEOPLE = "Example SSO", "created"
    return running


def go_there(client, target="/projects/") -> str:
    answer = client.get("/sign-in/oidc/", {"next": target})
    assert answer.status_code == 302, answer.content
    return answer.url


def sign_in(client, provider):
    return client.get(provider.authorize(go_there(client)))


def me(client) -> str:
    return client.get("/api/v1/me/").json().get("name", "")


def test_the_button_leads_there_with_pkce_nonce_and_state(client, provider):
    assert "Sign in with Example SSO" in client.get("/sign-in/").content.decode()
    asked = parse_qs(urlsplit(go_there(client)).query)
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    assert all(len(asked[name][0]) >= 16 for name in ("nonce", "state", "code_challenge"))


def test_somebody_new_gets_an_account_and_comes_to_the_page_asked_for(client, provider):
    answer = sign_in(client, provider)
    assert (answer.status_code, answer.url, me(client)) == (302, "/projects/", "nina")
    assert not User.objects.get().has_usable_password()
    assert Event.objects.filter(type="mlops.account.signed_in").latest("seq").data == {"by": "oidc"}


def test_the_same_person_is_known_by_the_number_and_not_by_the_name(client, provider):
    sign_in(client, provider)
    client.post("/sign-out/")
    provider.person |= {"preferred_username": "another"}
    sign_in(client, provider)
    assert (me(client), User.objects.count()) == ("nina", 1)


def test_a_name_that_is_taken_gives_no_way_into_that_account(client, provider, owner):
    provider.person |= {"preferred_username": "olga"}
    sign_in(client, provider)
    assert me(client) == "olga-2"


@pytest.mark.parametrize(
    ("there", "here", "name"), [(True, True, "olga"), (False, True, "nina"), (True, False, "nina")]
)
def test_an_account_is_joined_by_an_address_that_both_sides_verified(client, provider, owner, there, here, name):
    owner.email = "nina@example.org"
    owner.save()
    if here:
        invitations.keep_address(owner, "nina@example.org")
    provider.person |= {"email": "nina@example.org", "email_verified": there}
    sign_in(client, provider)
    assert me(client) == name


SPOILED = {
    "another issuer": {"iss": "https://evil.example"},
    "another client": {"aud": "other"},
    "too old": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "another nonce": {"nonce": "x" * 32},
    "no nonce": {"nonce": None},
    "another party": {"azp": "other"},
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(client, provider, spoil):
    provider.spoil = spoil
    answer = sign_in(client, provider)
    assert (answer.status_code, me(client), User.objects.count()) == (403, "", 0)
    assert "Signing in by Example SSO failed." in answer.content.decode()


def test_a_signature_of_another_key_is_refused(client, provider):
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert (sign_in(client, provider).status_code, me(client)) == (403, "")


def test_an_answer_about_another_person_is_refused(client, provider):
    provider.userinfo = {"sub": "somebody else"}
    assert (sign_in(client, provider).status_code, me(client)) == (403, "")


def test_a_discovery_document_of_another_issuer_is_refused(client, provider):
    provider.told_issuer = "https://evil.example"
    answer = client.get("/sign-in/oidc/")
    assert (answer.status_code, b"does not answer as it should" in answer.content) == (503, True)


def test_an_answer_works_once_and_in_the_browser_that_asked_alone(client, provider):
    from django.test import Client

    back = provider.authorize(go_there(client))
    assert Client().get(back).status_code == 403
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 403


def test_who_cancels_there_is_told_so(client, provider):
    state = parse_qs(urlsplit(go_there(client)).query)["state"][0]
    answer = client.get("/sign-in/oidc/callback/", {"error": "access_denied", "state": state})
    assert "You cancelled signing in there." in answer.content.decode()


def test_a_provider_that_is_away_is_told_as_such(client, provider, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert client.get("/sign-in/oidc/").status_code == 503


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_to_pages_of_ours_alone(client, provider, target):
    assert client.get(provider.authorize(go_there(client, target))).url == "/"


def test_who_is_not_invited_is_refused_where_invitations_are_needed(client, provider, settings, owner, project):
    settings.OUTSIDE_PEOPLE = "invited"
    provider.person |= VERIFIED
    assert "Nobody has invited you" in sign_in(client, provider).content.decode()
    invitations.invite(owner, project=project, email="Nina@example.org", role="contributor")
    assert sign_in(client, provider).status_code == 302
    assert Membership.objects.get(user__username="nina").role == "contributor"


@pytest.mark.parametrize(
    ("domain", "verified", "status"),
    [("example.org", True, 302), ("example.org", False, 403), ("other.org", True, 403)],
)
def test_only_verified_addresses_of_the_domains_are_created(client, provider, settings, domain, verified, status):
    settings.OUTSIDE_DOMAINS = [domain]
    provider.person |= {"email": "nina@example.org", "email_verified": verified}
    assert sign_in(client, provider).status_code == status


def test_groups_give_and_take_roles_and_rank_at_each_sign_in(client, provider, settings, project):
    settings.OIDC_GROUPS = "ml-admins=administrator, data=churn/reader, leads=churn/contributor"
    provider.person |= {"groups": ["data", "leads", "ml-admins", "others"]}
    sign_in(client, provider)
    assert Membership.objects.get(user__username="nina").role == "contributor"
    assert User.objects.get(username="nina").is_superuser
    client.post("/sign-out/")
    provider.person |= {"groups": []}
    sign_in(client, provider)
    assert not Membership.objects.filter(user__username="nina").exists()
    assert not User.objects.get(username="nina").is_superuser


def test_a_closed_account_stays_closed(client, provider):
    sign_in(client, provider)
    client.post("/sign-out/")
    User.objects.update(is_active=False)
    assert "is closed" in sign_in(client, provider).content.decode()


def test_signing_out_leads_to_the_end_of_the_session_there(client, provider):
    sign_in(client, provider)
    page = client.post("/sign-out/").content.decode()
    assert f'content="1;url={provider.issuer}/end?id_token_hint=' in page
    assert me(client) == ""


def test_a_person_connects_an_account_and_signs_in_by_it_afterwards(client, provider, owner):
    client.force_login(owner)
    sign_in(client, provider)
    client.post("/sign-out/")
    sign_in(client, provider)
    assert me(client) == "olga"


def test_without_the_setting_there_is_nothing(client, settings):
    settings.OIDC_ISSUER = ""
    assert client.get("/sign-in/oidc/").status_code == 404
    assert client.get("/sign-in/oidc/callback/?code=1").status_code == 404
