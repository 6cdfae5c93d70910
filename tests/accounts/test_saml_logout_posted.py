"""SAML single logout by POST, against a provider of another implementation that takes nothing else."""

from __future__ import annotations

import base64
import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT

from tests.accounts.saml_provider import EXIT, Provider, pair
from tests.accounts.test_saml import me, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/sign-in/saml/logout/"
HERE = f"http://testserver{PAGE}"
LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    key, certificate = pair(tmp_path_factory.mktemp("sp"))
    ways = {"posts": (BINDING_HTTP_POST,), "both": (BINDING_HTTP_POST, BINDING_HTTP_REDIRECT)}
    providers = {name: Provider(tmp_path_factory.mktemp(name), ends=ends) for name, ends in ways.items()}
    return Path(key).read_text(), certificate, providers


@pytest.fixture
def set_up(made, settings, client):
    settings.SAML_KEY, settings.SAML_CERTIFICATE, providers = made
    settings.SAML_NAME, settings.OUTSIDE_PEOPLE = "Example SAML", "created"

    def by(name: str) -> Provider:
        settings.SAML_METADATA = str(providers[name].metadata)
        providers[name].know(client.get("/sign-in/saml/metadata/").content)
        return providers[name]

    return by


@pytest.fixture
def provider(set_up, client) -> Provider:
    found = set_up("posts")
    sign_in(client, found)
    assert me(client) == "nina"
    return found


def form_of(answer, to: str) -> dict[str, str]:
    page = answer.content.decode()
    assert f'action="{to}"' in page
    fields = re.findall('<input type="hidden" name="(SAML[a-zA-Z]*|RelayState)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in fields}


def test_the_metadata_says_that_both_ways_are_taken(client, provider):
    told = client.get("/sign-in/saml/metadata/").content.decode()
    found = re.findall(r'SingleLogoutService Binding="([^"]*)"\s+Location="([^"]*)"', told)
    assert sorted(found) == sorted((binding, HERE) for binding in (BINDING_HTTP_POST, BINDING_HTTP_REDIRECT))


def test_signing_out_here_posts_to_the_provider_and_back(client, provider):
    left = client.post("/sign-out/")
    assert "form-action 'self' https://idp.example.org;" in left.headers["Content-Security-Policy"]
    assert me(client) == ""
    brought = Client().post(PAGE, provider.confirms(form_of(left, EXIT)))
    answer = client.post(f"{PAGE}finish/", form_of(brought, f"{PAGE}finish/"))
    assert "signed out here and at Example SAML" in answer.content.decode()


def test_signing_out_there_ends_the_session_and_is_answered_by_a_form(client, provider):
    asked = provider.posts_sign_out(HERE)
    answer = Client().post(PAGE, asked)
    form = form_of(answer, EXIT)
    assert form["RelayState"] == "a note"
    assert provider.reads_answer(form) in base64.b64decode(asked["SAMLRequest"]).decode()
    assert me(client) == ""


def test_the_answer_goes_by_redirect_where_the_provider_takes_that_too(client, set_up):
    provider = set_up("both")
    sign_in(client, provider)
    answer = Client().post(PAGE, provider.posts_sign_out(HERE))
    assert provider.read(answer.url, "SAMLResponse")["RelayState"] == "a note"
    assert me(client) == ""


def test_a_word_that_is_played_again_ends_no_new_session(client, provider):
    before = provider.posts_sign_out(HERE, issue_instant=minutes(-5))
    assert Client().post(PAGE, before).status_code == 200
    assert me(client) == "nina"


def minutes(count: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=count)).strftime("%Y-%m-%dT%H:%M:%SZ")


SPOILT = {
    "for another": {"destination": "https://other.example.org/"},
    "for nobody": {"destination": None},
    "expired": {"not_on_or_after": LONG_AGO},
    "long ago": {"issue_instant": LONG_AGO},
    "not yet": {"issue_instant": "2999-01-01T00:00:00Z"},
    "by SHA-1": {"alg": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"},
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_word_that_is_not_for_here_and_now_ends_nothing(client, provider, spoilt):
    assert Client().post(PAGE, provider.posts_sign_out(HERE, **spoilt)).status_code == 403
    assert me(client) == "nina"


def unsigned(xml: str, provider: Provider) -> str:
    return re.sub(r"<(\w+):Signature .*</\1:Signature>", "", xml, flags=re.DOTALL)


def for_somebody_else(xml: str, provider: Provider) -> str:
    return xml.replace(">7<", ">2482<")


def wrapped(xml: str, provider: Provider) -> str:
    """The signed message inside another one, which says something else."""
    head = xml[xml.index("<ns0:LogoutRequest") :]
    outer = re.sub(r' ID="[^"]*"', ' ID="id-other"', unsigned(head, provider).replace(">7<", ">2482<"), count=1)
    return outer.replace("</ns0:LogoutRequest>", f"<ns0:Extensions>{head}</ns0:Extensions></ns0:LogoutRequest>")


@pytest.mark.parametrize("change", [unsigned, for_somebody_else, wrapped], ids=lambda one: one.__name__)
def test_what_the_provider_did_not_sign_as_it_is_ends_nothing(client, provider, change):
    xml = base64.b64decode(provider.posts_sign_out(HERE, person="7")["SAMLRequest"]).decode()
    changed = change(xml, provider)
    assert changed != xml
    form = {"SAMLRequest": base64.b64encode(changed.encode()).decode()}
    assert Client().post(PAGE, form).status_code == 403
    assert me(client) == "nina"


def test_another_provider_and_nonsense_end_nothing(client, provider, tmp_path):
    another = Provider(tmp_path)
    another.know(client.get("/sign-in/saml/metadata/").content)
    for form in (another.posts_sign_out(HERE), {"SAMLRequest": "nonsense"}, {"SAMLRequest": "PHg+"}, {}):
        assert Client().post(PAGE, form).status_code == 403
    assert me(client) == "nina"


def test_an_answer_by_form_counts_in_the_browser_that_asked_and_once(client, provider):
    good = provider.confirms(form_of(client.post("/sign-out/"), EXIT))
    assert Client().post(f"{PAGE}finish/", good).status_code == 403
    assert client.post(f"{PAGE}finish/", good).status_code == 200
    assert client.post(f"{PAGE}finish/", good).status_code == 403
    sign_in(client, provider)
    theirs = provider.confirms(form_of(client.post("/sign-out/"), EXIT), in_response_to="id-of-another")
    assert client.post(f"{PAGE}finish/", theirs).status_code == 403
