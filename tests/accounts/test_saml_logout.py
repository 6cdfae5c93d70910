"""SAML single logout, against a provider of another implementation: both ways, signed, and not by anybody else."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mlops.accounts.models import SignedIn
from mlops.events.models import Event
from tests.accounts.saml_provider import EXIT, Provider
from tests.accounts.test_saml import encrypting, me, provider, running, sign_in

__all__ = ["encrypting", "provider", "running"]
pytestmark = pytest.mark.django_db
HERE = "http://testserver/sign-in/saml/logout/"


def led(client, address: str):
    """As a browser follows it."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == HERE
    return client.get(f"{parts.path}?{parts.query}")


def onward(client) -> str:
    page = client.post("/sign-out/").content.decode()
    return html.unescape(re.search('href="(https://idp[^"]*)"', page)[1])


def session_of(client) -> str:
    return SignedIn.objects.get(session_key=client.session.session_key).outside_session


def test_signing_out_here_leads_to_the_provider_and_back(client, encrypting):
    sign_in(client, encrypting)
    address = onward(client)
    assert address.startswith(EXIT)
    assert me(client) == ""
    answer = led(client, encrypting.confirm(address))
    assert "signed out here and at Example SAML" in answer.content.decode()


def test_signing_out_there_ends_the_sessions_here_that_began_there(client, encrypting):
    sign_in(client, encrypting)
    other = Client()
    sign_in(other, encrypting)
    by_link = Client()
    by_link.force_login(User.objects.get())
    answer = led(Client(), encrypting.sign_out(HERE))
    assert answer.status_code == 302
    assert answer.url.startswith(EXIT)
    assert encrypting.read(answer.url, "SAMLResponse")
    assert (me(client), me(other), me(by_link)) == ("", "", "nina")
    assert Event.objects.get(type="mlops.account.sessions_ended").data["count"] == 2


def test_a_session_that_is_named_ends_alone(client, encrypting):
    sign_in(client, encrypting)
    other = Client()
    sign_in(other, encrypting)
    assert session_of(client) != session_of(other)
    led(client, encrypting.sign_out(HERE, session=session_of(client)))
    assert (me(client), me(other)) == ("", "nina")


@pytest.mark.parametrize("spoilt", ["unsigned", "by another", "somebody else", "nonsense"])
def test_nobody_else_ends_a_session(client, encrypting, tmp_path, spoilt):
    sign_in(client, encrypting)
    (tmp_path / "idp").mkdir()
    another = Provider(tmp_path / "idp")
    another.know(client.get("/sign-in/saml/metadata/").content)
    address = {
        "unsigned": lambda: encrypting.sign_out(HERE, sign=False),
        "by another": lambda: another.sign_out(HERE),
        "somebody else": lambda: encrypting.sign_out(HERE, person="7"),
        "nonsense": lambda: f"{HERE}?SAMLRequest=nonsense",
    }[spoilt]()
    answer = led(client, address)
    assert answer.status_code == (302 if spoilt == "somebody else" else 403)
    assert me(client) == "nina"


def test_an_answer_counts_where_it_was_asked_for_and_signed(client, encrypting):
    sign_in(client, encrypting)
    address = onward(client)
    assert led(Client(), encrypting.confirm(address)).status_code == 403
    assert led(client, encrypting.confirm(address, sign=False)).status_code == 403
    assert led(client, encrypting.confirm(address)).status_code == 403
    assert me(client) == ""


def test_without_a_key_there_is_no_single_logout(client, provider):
    assert "SingleLogoutService" not in client.get("/sign-in/saml/metadata/").content.decode()
    sign_in(client, provider)
    assert client.post("/sign-out/").url == "/sign-in/"


def test_the_session_ends_here_while_the_provider_is_away(client, encrypting, settings):
    sign_in(client, encrypting)
    settings.SAML_METADATA = "/nowhere/idp.xml"
    assert client.post("/sign-out/").url == "/sign-in/"
    assert me(client) == ""
