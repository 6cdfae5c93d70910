"""What every kind of channel keeps to, with real receivers; and what each adds."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from mlops.alerts.channels.actions import create_channel, try_channel, update_channel
from mlops.alerts.channels.kinds import KINDS
from mlops.alerts.channels.secrets import options_of
from mlops.alerts.models import Channel
from mlops.alerts.signing import new_secret
from mlops.alerts.telling.message import Message
from mlops.formats.refusal import Refusal

TITLE = "[Churn] Critical: Deployment unhealthy: churn/blue"
SECRET = "abcdefghijklmnop"


def message(**more):
    facts = (("Severity", "Critical"), ("Rule", "Down"))
    lines = ("The server exited with 1.", "Since 12:00.")
    return Message(
        what="fired", title=TITLE, severity="critical", lines=lines, facts=facts, at=timezone.now(), id="n-1",
        url="http://studio/alerts/1/", data={"alert_id": "1", "rule": "Down"}, **more,
    )  # fmt: skip


@pytest.fixture
def receivers(sink, mailbox):
    """By kind: options that lead to a receiver here."""
    port = sink.url.split(":")[2].split("/")[0]
    return {
        "email": {"to": "ops@example.org"},
        "webhook": {"url": sink.url},
        "apprise": {"url": f"json://127.0.0.1:{port}/{SECRET}"},
    }


OURS = ("email", "webhook", "apprise")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_says_what_it_is_and_wants(name):
    kind = KINDS[name]
    assert kind.name == name
    assert kind.title
    assert kind.help
    assert all(option.label and (option.placeholder or not option.is_required) for option in kind.options)


@pytest.mark.parametrize("name", OURS)
def test_every_kind_brings_the_message_to_its_receiver(name, receivers, sink, mailbox):
    sent = KINDS[name].send(receivers[name], message())
    assert sent.is_ok, sent.text
    got = (mailbox.mails[0].as_string() if mailbox.mails else "") + "".join(call.body.decode() for call in sink.calls)
    assert "Deployment unhealthy" in got
    assert "The server exited with 1." in got


@pytest.mark.parametrize("name", OURS)
def test_every_kind_answers_with_what_went_wrong(name, receivers, sink, mailbox):
    sink.answer = lambda call: (503, {}, b"come back later")
    mailbox.answer = "451 try again"
    sent = KINDS[name].send(receivers[name], message())
    assert not sent.is_ok
    assert not sent.is_final
    assert any(said in sent.text for said in ("503", "451")), sent.text


@pytest.mark.parametrize("name", OURS)
def test_every_kind_hides_what_is_secret(name, receivers, owner, project):
    channel = create_channel(owner, name="x", kind_name=name, options=receivers[name], project=project)
    secrets = [
        receivers[name][one.name] for one in KINDS[name].options if one.is_secret and one.name in receivers[name]
    ]
    kept = json.dumps(channel.options) + channel.sealed
    assert not any(secret in kept for secret in secrets)
    assert SECRET not in kept
    assert options_of(channel).items() >= receivers[name].items()


@pytest.mark.parametrize("name", ["webhook", "apprise"])
def test_no_kind_reaches_a_private_address_unless_allowed(name, receivers, sink, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ""
    sent = KINDS[name].send(receivers[name], message())
    assert not sent.is_ok
    assert sent.is_final
    assert not sink.calls


@pytest.mark.parametrize("name", ["webhook", "apprise"])
def test_no_kind_follows_a_redirect(name, receivers, sink):
    sink.answer = lambda call: (302, {"Location": sink.url + "/elsewhere"}, b"")
    assert not KINDS[name].send(receivers[name], message()).is_ok
    assert len(sink.calls) == 1


def test_an_encrypted_chat_is_refused_at_a_private_address_too(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ""
    sent = KINDS["apprise"].send({"url": "jsons://localhost:1/x"}, message())
    assert sent.is_final
    assert "not a public address" in sent.text


def test_a_redirect_that_the_address_asks_for_is_not_followed_either(receivers, sink):
    sink.answer = lambda call: (307, {"Location": sink.url + "/elsewhere"}, b"")
    KINDS["apprise"].send({"url": receivers["apprise"]["url"] + "?redirect=yes"}, message())
    assert len(sink.calls) == 1


def test_a_chat_like_slack_gets_title_and_text(sink):
    port = sink.url.split(":")[2].split("/")[0]
    sent = KINDS["apprise"].send({"url": f"mmost://127.0.0.1:{port}/{SECRET}"}, message())
    assert sent.is_ok
    assert "Deployment unhealthy" in json.loads(sink.calls[0].body)["text"]


@pytest.mark.parametrize("url", ["dbus://", "syslog://", "macosx://", "gnome://", "file:///etc/passwd", "nonsense"])
def test_services_of_the_machine_itself_are_refused(url, owner, project):
    with pytest.raises(Refusal) as refused:
        create_channel(owner, name="x", kind_name="apprise", options={"url": url}, project=project)
    assert refused.value.code == "chat_address_invalid"


def test_an_address_of_another_service_names_the_right_kind(owner, project):
    url = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    with pytest.raises(Refusal, match="Slack"):
        create_channel(owner, name="x", kind_name="teams", options={"url": url}, project=project)


def test_a_webhook_is_signed_as_the_standard_says(sink):
    secret = new_secret()
    KINDS["webhook"].send({"url": sink.url, "secret": secret}, message())
    event = Webhook(secret).verify(sink.calls[0].body, sink.calls[0].headers)
    assert (event["type"], event["data"]["rule"]) == ("mlops.alert.fired", "Down")


def test_mail_has_both_forms_and_the_headers_of_a_list(mailbox):
    KINDS["email"].send({"to": "ops@example.org"}, message(unsubscribe="http://studio/alerts/unsubscribe/x/"))
    mail = mailbox.mails[0]
    assert mail["Subject"] == TITLE
    assert mail["List-Unsubscribe"] == "<http://studio/alerts/unsubscribe/x/>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "http://studio/alerts/1/" in mail.get_body(("plain",)).get_content()
    assert 'href="http://studio/alerts/1/"' in mail.get_body(("html",)).get_content()


def test_mail_that_will_never_be_taken_is_final(mailbox):
    mailbox.answer = "554 no such list"
    sent = KINDS["email"].send({"to": "ops@example.org"}, message())
    assert sent.is_final
    assert "554" in sent.text


def test_without_a_mail_server_the_answer_says_who_sets_it(settings):
    settings.SMTP_URL = ""
    assert "MLOPS_SMTP_URL" in KINDS["email"].send({"to": "ops@example.org"}, message()).text


def test_an_empty_secret_leaves_the_stored_one(sink, owner, project):
    channel = create_channel(owner, name="x", kind_name="webhook", options={"url": sink.url}, project=project)
    update_channel(owner, channel, name="y", options={"url": ""})
    assert options_of(channel)["url"] == sink.url
    assert Channel.objects.get().name == "y"


def test_trying_a_channel_gives_the_whole_answer(sink, owner, project):
    channel = create_channel(owner, name="x", kind_name="webhook", options={"url": sink.url}, project=project)
    sink.answer = lambda call: (404, {}, b"no such hook")
    sent = try_channel(owner, channel)
    assert not sent.is_ok
    assert "HTTP 404" in sent.text
    assert "no such hook" in sent.text


def test_who_may_not_change_the_project_makes_no_channel(reader, stranger, project, sink):
    for person, code in ((reader, "forbidden"), (stranger, "not_found")):
        with pytest.raises(Refusal) as refused:
            create_channel(person, name="x", kind_name="webhook", options={"url": sink.url}, project=project)
        assert refused.value.code == code
