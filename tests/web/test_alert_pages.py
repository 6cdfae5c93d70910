"""The pages of alerts, as people with different roles meet them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.alerts.models import Alert, Channel, Mute, Notification, Preference, Rule
from mlops.alerts.rules.actions import create_rule
from mlops.alerts.telling.unsubscribing import unsubscribe_link
from mlops.formats.alerting import RuleSettings, When
from tests.alerts.conftest import loopback_allowed, mailbox, quiet_project, sink
from tests.alerts.happening import happen

__all__ = ["loopback_allowed", "mailbox", "quiet_project", "sink"]

TYPED = {"name": "Fails", "source": "event", "events": "mlops.run.failed", "people": "everyone", "severity": "warning"}


@pytest.fixture
def alert(owner, quiet_project, reader):
    settings = RuleSettings(name="Failed", when=When(events=("mlops.run.failed",)), note="Look at the log.")
    create_rule(owner, quiet_project, settings)
    happen(quiet_project, "mlops.run.failed", "runs/1", reason="Out of memory.")
    return Alert.objects.get()


def text(response):
    return response.content.decode()


def test_the_frame_counts_what_is_unread_until_it_was_opened(client, alert, reader):
    client.force_login(reader)
    assert "1 not read" in text(client.get("/alerts/"))
    page = text(client.get(f"/alerts/{alert.pk}/"))
    assert "Out of memory." in page
    assert "Look at the log." in page
    assert "not read" not in text(client.get("/alerts/bell/"))


def test_who_contributes_takes_it_on(client, alert, contributor):
    client.force_login(contributor)
    page = text(client.post(f"/alerts/{alert.pk}/", {"act": "acknowledge", "note": "mine"}, follow=True))
    assert "Taken on" in page
    assert "carl: mine" in page


def test_a_reader_mutes_for_themselves_alone(client, alert, reader):
    client.force_login(reader)
    client.post(f"/alerts/{alert.pk}/", {"act": "mute", "hours": "4", "scope": "subject"})
    mute = Mute.objects.get()
    assert (mute.person, mute.subject) == (reader, "runs/1")


def test_an_inbox_that_is_empty_says_who_watches(client, quiet_project, owner):
    client.force_login(owner)
    assert "Nothing needs you" in text(client.get("/alerts/?project=churn"))


def test_a_rule_is_typed_and_read_back(client, quiet_project, owner):
    client.force_login(owner)
    more = {"filters": "data.experiment StringIn nightly, weekly", "for": "10m", "resolve_after": "1d"}
    client.post("/alerts/rules/new/?project=churn", {**TYPED, **more})
    rule = Rule.objects.get()
    assert (rule.for_seconds, rule.filters[0]["values"]) == (600, ["nightly", "weekly"])
    page = text(client.get(f"/alerts/rules/{rule.pk}/"))
    assert "data.experiment StringIn nightly, weekly" in page
    assert "When “Run failed” happens and is not over after 10m" in page


def test_a_share_may_be_typed_as_percent(client, quiet_project, owner):
    client.force_login(owner)
    number = {"source": "metric", "metric": "error_share", "is": "above", "threshold": "2.5 %", "over": "5m"}
    client.post("/alerts/rules/new/?project=churn", {**TYPED, **number})
    assert Rule.objects.get().threshold == pytest.approx(0.025)


def test_what_is_wrong_with_a_rule_is_said_and_nothing_is_lost(client, quiet_project, owner):
    client.force_login(owner)
    answer = client.post("/alerts/rules/new/?project=churn", {**TYPED, "for": "soon", "note": "keep me"})
    assert answer.status_code == 400
    assert "“soon” is no duration." in text(answer)
    assert "keep me" in text(answer)


def test_a_channel_that_may_not_be_reached_says_so_and_keeps_its_name(client, quiet_project, owner, sink, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ""
    client.force_login(owner)
    form = {"kind": "webhook", "name": "mine", "option.url": sink.url}
    answer = client.post("/alerts/channels/?project=churn", form)
    assert "not a public address" in text(answer)
    assert 'value="mine"' in text(answer)


def test_a_test_shows_the_whole_answer(client, quiet_project, owner, sink):
    client.force_login(owner)
    client.post("/alerts/channels/?project=churn", {"kind": "webhook", "name": "ops", "option.url": sink.url})
    sink.answer = lambda call: (404, {}, b"no such hook")
    page = text(client.post(f"/alerts/channels/{Channel.objects.get().pk}/", {"act": "test"}))
    assert "HTTP 404" in page
    assert "no such hook" in page
    assert sink.url not in page


def test_mail_begins_after_the_address_is_confirmed_and_ends_by_one_click(client, alert, reader, mailbox):
    client.force_login(reader)
    client.post("/alerts/preferences/", {"act": "save", "email": "rita@example.org", "digest": "off", "topics": "run"})
    assert Preference.objects.get().email_confirmed_at is None
    link = mailbox.mails[0].get_body(("plain",)).get_content().split("/alerts/confirm/")[1].split()[0]
    client.logout()
    assert "confirmed" in text(client.get(f"/alerts/confirm/{link}"))
    happen(alert.project, "mlops.run.failed", "runs/2")
    assert Notification.objects.filter(way="email", person=reader).count() == 1

    address = "/alerts/" + unsubscribe_link(reader).split("/alerts/")[1]
    client.post(address, {"List-Unsubscribe": "One-Click"})
    happen(alert.project, "mlops.run.failed", "runs/3")
    assert Notification.objects.filter(way="email", person=reader).count() == 1


def test_a_link_with_another_signature_is_refused(client, reader):
    assert client.get("/alerts/unsubscribe/abc:def/").status_code == 404


def test_preferences_that_cannot_be_name_the_nearest(client, reader):
    client.force_login(reader)
    form = {"act": "save", "time_zone": "Europe/Berln", "digest": "off"}
    assert "Europe/Berlin" in text(client.post("/alerts/preferences/", form))


def test_a_maintenance_window_begins_later_in_ones_own_zone(client, quiet_project, owner):
    Preference.objects.create(person=owner, time_zone="Europe/Berlin")
    client.force_login(owner)
    year = timezone.now().year + 1
    form = {"begins_at": f"{year}-01-10T20:00", "until": f"{year}-01-10T22:00", "reason": "moving"}
    client.post("/alerts/mutes/?project=churn", form)
    assert Mute.objects.get().begins_at.hour == 19
    assert "to come" in text(client.get("/alerts/mutes/"))
