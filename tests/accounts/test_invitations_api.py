"""Invitations by REST: made, listed, sent again, withdrawn."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.events.models import Event

pytestmark = pytest.mark.django_db
API = "/api/v1/invitations/"


def invite(client, **body):
    return client.post(API, {"project": "churn", "role": "reader"} | body, content_type="application/json")


def opens(link: str) -> int:
    return Client().get("/invitations/" + link.split("/invitations/")[1]).status_code


def test_the_link_is_in_the_first_answer_alone(client, owner, project):
    client.force_login(owner)
    made = invite(client).json()
    assert (opens(made["link"]), made["state"]) == (200, "open")
    (row,) = client.get(f"{API}?project=churn").json()["results"]
    assert (row["id"], "link" in row) == (made["id"], False)
    assert made["link"].rsplit("/", 2)[1] not in client.get(f"{API}{made['id']}/").content.decode()


def test_sending_again_and_withdrawing_make_links_useless(client, owner, project):
    client.force_login(owner)
    made = invite(client).json()
    again = client.post(f"{API}{made['id']}/resend/").json()
    assert (opens(made["link"]), opens(again["link"])) == (410, 200)
    assert client.delete(f"{API}{made['id']}/").status_code == 204
    assert (opens(again["link"]), client.get(f"{API}{made['id']}/").json()["state"]) == (410, "withdrawn")
    told = Event.objects.filter(type="mlops.invitation.revoked").latest("seq")
    assert (told.before, told.after) == ({"state": "open"}, {"state": "withdrawn"})


def test_only_who_manages_the_project_sees_its_invitations(client, owner, reader, stranger, project):
    client.force_login(owner)
    made = invite(client).json()
    for person, statuses in ((reader, (403, 404)), (stranger, (404, 404))):
        client.force_login(person)
        told = client.get(f"{API}?project=churn").status_code, client.get(f"{API}{made['id']}/").status_code
        assert told == statuses


@pytest.mark.parametrize(("body", "code"), [({"days": 91}, "days_unusable"), ({"email": "x"}, "address_unusable")])
def test_what_cannot_be_is_refused_with_its_reason(client, owner, project, body, code):
    client.force_login(owner)
    assert invite(client, **body).json()["code"] == code


def test_owners_do_not_invite_to_the_server(client, owner, project):
    client.force_login(owner)
    assert invite(client, project="").status_code == 403
