"""Mails about changes to an account: who gets one, in which language, and how many when much happens at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.access.models import Spoken
from mlops.accounts import actions, security_news, telling_news
from mlops.accounts.membership import give_role, remove_person
from mlops.accounts.models import SecurityNews
from mlops.accounts.tokens import create_token
from mlops.events import circumstances
from mlops.events.chain import record
from tests.alerts.mailbox import running_mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings):
    with running_mailbox() as box:
        settings.SMTP_URL = box.url
        settings.MAIL_FROM = "MLOps Studio <studio@example.org>"
        yield box


@pytest.fixture
def rita(reader):
    EmailAddress.objects.create(user=reader, email="rita@example.org", verified=True, primary=True)
    telling_news.tell()
    return reader


@pytest.fixture
def by_page():
    mark = circumstances._now.set(circumstances.Circumstances(door="page", request="r", address="192.0.2.7"))
    yield
    circumstances._now.reset(mark)


def _texts(box):
    return [mail.get_body(("plain",)).get_content() for mail in box.mails]


def test_what_a_person_does_by_page_is_told_at_once(box, rita, by_page):
    rita.set_unusable_password()
    actions.change_password(rita, current="", new="a longer password 7")
    telling_news.tell()
    create_token(rita, name="ci")
    telling_news.tell()
    first, second = _texts(box)
    assert "The password was changed. From the address 192.0.2.7." in first
    assert "The token “ci” was made." in second
    assert "/settings/" in second
    assert [mail["To"] for mail in box.mails] == ["rita@example.org"] * 2


def test_a_person_who_reads_german_is_told_in_german(box, rita, by_page):
    Spoken.objects.create(user=rita, language="de")
    create_token(rita, name="ci")
    telling_news.tell()
    assert "Das Token „ci“ wurde angelegt." in _texts(box)[0]
    assert "Änderungen an Ihrem Konto" in box.mails[0]["Subject"]


def test_what_others_do_in_bulk_is_one_mail_an_hour_that_tells_all_of_it(box, rita, owner, project):
    for role in ("contributor", "reader", "operator"):
        give_role(owner, project, user=rita, role=role)
        telling_news.tell()
    remove_person(owner, project, user=rita)
    telling_news.tell()
    assert len(box.mails) == 1
    assert "You have the role “contributor”" in _texts(box)[0]
    SecurityNews.objects.filter(state="sent").update(at=timezone.now() - timedelta(hours=2))
    telling_news.tell()
    assert len(box.mails) == 2
    assert "operator" in _texts(box)[1]
    assert "no role of your own" in _texts(box)[1]
    assert "By olga." in _texts(box)[1]


def test_a_sign_in_is_told_only_where_its_way_is_new(box, rita, by_page):
    for way in ("password", "password", "oidc", "oidc"):
        record(rita, "mlops.account.signed_in", subject="people/rita", data={"by": way})
        telling_news.tell()
    [text] = _texts(box)
    assert "a way that was not used before: oidc" in text


def test_a_second_factor_that_an_administrator_takes_off_is_told(box, rita):
    ada = User.objects.create_superuser("ada")
    was, now_is = {"second_factor": True}, {"second_factor": False}
    record(ada, "mlops.account.factor_removed", subject="people/rita", before=was, after=now_is)
    telling_news.tell()
    assert "The second factor was taken off. By ada." in _texts(box)[0]


def test_an_address_that_nobody_confirmed_gets_no_mail_and_the_row_says_so(box, rita, by_page):
    EmailAddress.objects.update(verified=False)
    create_token(rita, name="ci")
    telling_news.tell()
    assert box.mails == []
    assert SecurityNews.objects.get().reason == "There is no confirmed address."


def test_a_mail_server_that_is_away_is_asked_again(settings, box, rita, by_page):
    box_url, settings.SMTP_URL = settings.SMTP_URL, "smtp://127.0.0.1:9"
    create_token(rita, name="ci")
    telling_news.tell()
    row = SecurityNews.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    assert "did not take it" in row.reason
    settings.SMTP_URL = box_url
    SecurityNews.objects.update(next_at=timezone.now())
    telling_news.tell()
    assert len(box.mails) == 1
    assert SecurityNews.objects.get().state == "sent"


def test_a_server_that_sends_no_mail_lets_go_of_what_there_was(settings, box, rita, by_page):
    settings.SMTP_URL = ""
    create_token(rita, name="ci")
    telling_news.tell()
    settings.SMTP_URL = box.url
    telling_news.tell()
    assert (box.mails, SecurityNews.objects.count()) == ([], 0)


def test_two_looks_at_once_tell_once(box, rita, by_page):
    create_token(rita, name="ci")
    security_news.gather()
    [person] = security_news.due()
    assert len(security_news.claim(person)) == 1
    assert security_news.claim(person) == []
