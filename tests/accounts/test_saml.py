"""Sign-in by SAML, against a provider of another implementation, and against answers that are not as they must be."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mlops.access.models import Membership
from tests.accounts.saml_provider import Provider, as_form, pair

pytestmark = pytest.mark.django_db
ENCRYPTED = {"encrypt_assertion": True, "encrypt_assertion_self_contained": False}
"""As it was signed: the other way pysaml2 writes the assertion anew after signing it."""


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Provider:
    return Provider(tmp_path_factory.mktemp("idp"))


@pytest.fixture
def provider(running, settings, client) -> Provider:
    settings.SAML_METADATA, settings.SAML_NAME = str(running.metadata), "Example SAML"
    settings.OUTSIDE_PEOPLE = "created"
    running.know(client.get("/sign-in/saml/metadata/").content)
    return running


def begin(client, target="/projects/") -> str:
    answer = client.get("/sign-in/saml/", {"next": target})
    assert answer.status_code == 302, answer.content
    return answer.url


def come_back(client, xml: str):
    """As a browser does: without cookies from elsewhere, then from here with them."""
    page = Client().post("/sign-in/saml/answer/", as_form(xml)).content.decode()
    carried = html.unescape(re.search('name="SAMLResponse" value="([^"]*)"', page)[1])
    return client.post("/sign-in/saml/finish/", {"SAMLResponse": carried})


def sign_in(client, provider, **more):
    return come_back(client, provider.respond(begin(client), **more))


def me(client) -> str:
    return client.get("/api/v1/me/").json().get("name", "")


def test_somebody_new_gets_an_account_and_comes_to_the_page_asked_for(client, provider):
    assert "Sign in with Example SAML" in client.get("/sign-in/").content.decode()
    answer = sign_in(client, provider)
    assert (answer.status_code, answer.url, me(client)) == (302, "/projects/", "nina")
    assert not User.objects.get().has_usable_password()


def test_a_person_is_known_by_the_number_and_not_by_the_name(client, provider):
    sign_in(client, provider)
    client.post("/sign-out/")
    sign_in(client, provider, attributes={"uid": "another"})
    assert (me(client), User.objects.count()) == ("nina", 1)
    other = Client()
    sign_in(other, provider, person="7", attributes={"uid": "nina"})
    assert me(other) == "nina-2"


@pytest.fixture
def encrypting(provider, settings, client, tmp_path) -> Provider:
    key, settings.SAML_CERTIFICATE = pair(tmp_path)
    settings.SAML_KEY = Path(key).read_text()
    provider.know(client.get("/sign-in/saml/metadata/").content)
    return provider


def test_an_encrypted_assertion_is_read_by_the_servers_key(client, encrypting):
    xml = encrypting.respond(begin(client), **ENCRYPTED)
    assert "EncryptedAssertion" in xml
    assert "nina" not in xml
    assert come_back(client, xml).status_code == 302
    assert me(client) == "nina"
    client.post("/sign-out/")
    assert sign_in(client, encrypting).status_code == 302


def test_an_encrypted_assertion_needs_its_signature_its_request_and_the_right_key(
    client, encrypting, settings, tmp_path
):
    assert refused(client, encrypting, encrypting.respond(begin(client), encrypt_assertion=True, sign_assertion=False))
    theirs = encrypting.respond(begin(Client()), **ENCRYPTED)
    mine = begin(client)
    number = re.search(r'InResponseTo="([^"]+)"', encrypting.respond(mine, **ENCRYPTED))[1]
    wrapped = re.sub(r'(<\w*:?Response [^>]*InResponseTo=")[^"]+', rf"\g<1>{number}", theirs, count=1)
    assert refused(client, encrypting, wrapped)
    xml = encrypting.respond(begin(client), **ENCRYPTED)
    (tmp_path / "other").mkdir()
    settings.SAML_KEY = Path(pair(tmp_path / "other")[0]).read_text()
    assert refused(client, encrypting, xml)


def test_groups_there_give_roles_here(client, provider, project, settings):
    settings.SAML_GROUPS = "data=churn/contributor"
    sign_in(client, provider, attributes={"uid": "nina", "groups": ["data", "else"]})
    assert Membership.objects.get(user__username="nina").role == "contributor"


def refused(client, provider, xml: str) -> bool:
    answer = come_back(client, xml)
    return answer.status_code == 403 and me(client) == "" and not User.objects.exists()


def test_an_unsigned_assertion_is_refused(client, provider):
    assert refused(client, provider, provider.respond(begin(client), sign_assertion=False))


def test_a_signed_envelope_does_not_stand_in_for_a_signed_assertion(client, provider):
    xml = provider.respond(begin(client), sign_assertion=False, sign_response=True)
    assert refused(client, provider, xml)


def test_what_was_changed_after_signing_is_refused(client, provider):
    xml = provider.respond(begin(client)).replace(">nina<", ">olga<")
    assert ">olga<" in xml
    assert refused(client, provider, xml)


def test_the_signature_of_another_provider_is_refused(client, provider, tmp_path):
    other = Provider(tmp_path)
    other.know(client.get("/sign-in/saml/metadata/").content)
    assert refused(client, provider, other.respond(begin(client)))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"sp_entity_id": "https://other.example.org/"},
        {"destination": "https://other.example.org/answer/"},
        {"in_response_to": "id-of-another-request"},
        {"issuer": "https://other.example.org/idp"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_an_answer_that_is_for_another_server_or_request_is_refused(client, provider, spoilt):
    assert refused(client, provider, provider.respond(begin(client), **spoilt))


def test_an_answer_is_good_once(client, provider):
    xml = provider.respond(begin(client))
    assert come_back(client, xml).status_code == 302
    client.post("/sign-out/")
    assert come_back(client, xml).status_code == 403
    begin(client)
    assert come_back(client, xml).status_code == 403
    assert me(client) == ""


def test_another_browser_cannot_use_it(client, provider):
    xml = provider.respond(begin(client))
    thief = Client()
    begin(thief)
    assert refused(thief, provider, xml)


def test_an_envelope_around_an_assertion_for_another_request_is_refused(client, provider):
    theirs = begin(Client())
    mine = begin(client)
    old, new = provider.respond(theirs), provider.respond(mine)
    number = re.search(r'InResponseTo="([^"]+)"', new)[1]
    wrapped = re.sub(r'(<\w*:?Response [^>]*InResponseTo=")[^"]+', rf"\g<1>{number}", old, count=1)
    assert refused(client, provider, wrapped)


@pytest.mark.parametrize(
    "given", ["x", "PHg+", "PCFET0NUWVBFIHggWzwhRU5USVRZIGUgU1lTVEVNICJmaWxlOi8vL2V0Yy9wYXNzd2QiPl0+PHg+JmU7PC94Pg=="]
)
def test_nonsense_is_refused(client, provider, given):
    begin(client)
    assert client.post("/sign-in/saml/finish/", {"SAMLResponse": given}).status_code == 403


def test_without_the_setting_there_is_no_such_way(client):
    assert client.get("/sign-in/saml/").status_code == 404


def test_metadata_that_cannot_be_had_is_told(client, settings):
    settings.SAML_METADATA = "/nowhere/idp.xml"
    answer = client.get("/sign-in/saml/")
    assert (answer.status_code, b"MLOPS_SAML_METADATA" in answer.content) == (503, True)


def test_a_signed_in_person_connects_the_account(client, provider, owner):
    client.force_login(owner)
    answer = come_back(client, provider.respond(begin(client, "/settings/sign-in/")))
    assert answer.url == "/settings/sign-in/"
    client.post("/sign-out/")
    sign_in(client, provider)
    assert me(client) == "olga"
