"""Invitations: by mail or by hand, with a role and an end; and new passwords by mail."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mlops.access.models import Membership
from mlops.accounts import invitations
from mlops.accounts.models import Invitation
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from tests.alerts.mailbox import running_mailbox

pytestmark = pytest.mark.django_db
PATH = "/projects/churn/invitations/"
NEW = {"name": "nina", "password": "quite another one", "again": "quite another one"}


@pytest.fixture
def mailbox(settings):
    with running_mailbox() as box:
        settings.SMTP_URL = box.url
        yield box


def link_in(text: str) -> str:
    return re.search(r"http://[^/\s]+(/(?:invitations|sign-in/reset)/\S+/)", text)[1]


def test_a_link_is_shown_once_and_makes_a_member_with_an_account(client, project, owner):
    client.force_login(owner)
    page = client.post(PATH, {"act": "invite", "role": "contributor", "days": "7"}).content.decode()
    link = link_in(page.split('id="invitation-link">')[1].split("<")[0])
    assert link not in client.get(PATH).content.decode()
    visitor = Client()
    assert "olga invites you to the project “Churn”" in visitor.get(link).content.decode()
    assert visitor.post(link, NEW).status_code == 302
    assert visitor.get("/api/v1/me/").json()["projects"] == [{"slug": "churn", "name": "Churn", "role": "contributor"}]
    assert Client().post(link, NEW | {"name": "two"}).status_code == 410
    assert Event.objects.filter(type="mlops.invitation.accepted", actor_name="nina").exists()


def test_it_goes_by_mail_and_the_address_is_confirmed_by_it(client, project, owner, mailbox):
    client.force_login(owner)
    assert client.post(PATH, {"act": "invite", "email": "nina@example.org", "days": "7"}).status_code == 302
    text = mailbox.mails[0].get_body(("plain",)).get_content()
    assert mailbox.mails[0]["Subject"].strip().startswith("olga invites you")
    Client().post(link_in(text), NEW)
    row = EmailAddress.objects.get(user__username="nina")
    assert (row.email, row.verified) == ("nina@example.org", True)


def test_somebody_with_an_account_accepts_with_it(client, project, owner, stranger):
    _made, secret = invitations.invite(owner, project=project, role="reader")
    client.force_login(stranger)
    assert client.get(f"/invitations/{secret}/").status_code == 200
    assert client.post(f"/invitations/{secret}/").url == "/projects/churn/"
    assert Membership.objects.get(user=stranger).role == "reader"


@pytest.mark.parametrize("end", ["revoked", "old", "again", "inviter left"])
def test_what_was_taken_back_is_too_old_or_was_sent_anew_opens_nothing(client, project, owner, end):
    made, secret = invitations.invite(owner, project=project)
    if end == "revoked":
        invitations.revoke(owner, made)
    elif end == "old":
        Invitation.objects.update(expires_at=timezone.now())
    elif end == "again":
        invitations.renew(owner, made)
    else:
        User.objects.filter(pk=owner.pk).update(is_active=False)
    assert client.get(f"/invitations/{secret}/").status_code == 410
    assert client.post(f"/invitations/{secret}/", NEW).status_code == 410
    assert not User.objects.filter(username="nina").exists()


def test_who_is_no_owner_any_more_has_invited_nobody(client, project, owner, contributor):
    _made, secret = invitations.invite(owner, project=project, role="owner")
    Membership.objects.filter(user=owner).update(role="reader")
    from guardian.shortcuts import remove_perm

    remove_perm("access.own_project", owner, project)
    assert client.post(f"/invitations/{secret}/", NEW).status_code == 403
    assert not User.objects.filter(username="nina").exists()


@pytest.mark.parametrize("typed", [{"name": "olga"}, {"password": "short", "again": "short"}, {"again": "other"}])
def test_a_form_that_is_not_right_uses_nothing_up(client, project, owner, typed):
    _made, secret = invitations.invite(owner, project=project)
    assert client.post(f"/invitations/{secret}/", NEW | typed).status_code >= 400
    assert client.post(f"/invitations/{secret}/", NEW).status_code == 302


def test_only_owners_and_administrators_invite(project, contributor, owner):
    for actor, where in ((contributor, project), (owner, None)):
        with pytest.raises(Refusal) as told:
            invitations.invite(actor, project=where)
        assert told.value.code == "forbidden"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"email": "no address"}, "address_unusable"),
        ({"days": 91}, "days_unusable"),
        ({"role": "king"}, "role_unknown"),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused(project, owner, typed, code):
    with pytest.raises(Refusal) as told:
        invitations.invite(owner, project=project, **typed)
    assert told.value.code == code


def test_a_forgotten_password_is_set_by_a_link_that_works_once(client, owner, mailbox):
    invitations.keep_address(owner, "olga@example.org")
    assert "a mail with a link is on its way" in client.post("/sign-in/forgotten/", {"name": "olga"}).content.decode()
    link = link_in(mailbox.mails[0].get_body(("plain",)).get_content())
    form = {"new": "quite another one", "again": "quite another one"}
    assert "too short" in client.post(link, {"new": "short", "again": "short"}).content.decode()
    assert client.post(link, form).url == "/"
    assert client.post(link, form).status_code == 410
    owner.refresh_from_db()
    assert owner.check_password("quite another one")


def test_a_link_for_a_new_password_leads_to_our_own_address(client, owner, mailbox, monkeypatch):
    monkeypatch.setenv("MLOPS_URL", "https://studio.example")
    invitations.keep_address(owner, "olga@example.org")
    client.post("/sign-in/forgotten/", {"name": "olga@example.org"}, headers={"Host": "10.6.6.6"})
    text = mailbox.mails[0].get_body(("plain",)).get_content()
    assert "https://studio.example/sign-in/reset/" in text
    assert "10.6.6.6" not in text


def test_an_address_that_nobody_confirmed_gets_no_mail_and_all_names_the_same_answer(client, owner, mailbox):
    User.objects.filter(pk=owner.pk).update(email="evil@example.org")
    pages = [client.post("/sign-in/forgotten/", {"name": name}).content.decode() for name in ("olga", "nobody")]
    first, second = (re.sub('"style-nonce" content="[^"]+"', "", page) for page in pages)
    assert first == second
    assert mailbox.mails == []
