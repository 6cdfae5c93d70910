"""From an alert to people: who is told, when, and what happens when it does not arrive."""

from __future__ import annotations

from datetime import UTC, time, timedelta

import pytest
from django.utils import timezone

from mlops.alerts.channels.actions import create_channel
from mlops.alerts.models import Alert, Channel, Mute, Notification, Preference
from mlops.alerts.rules.actions import create_rule
from mlops.alerts.rules.reminding import remind
from mlops.alerts.telling.sending import due_sinks, send_to
from mlops.formats.alerting import RuleSettings, Tell, When
from tests.alerts import happening


@pytest.fixture
def channel(owner, project, sink):
    return create_channel(owner, name="ops", kind_name="webhook", options={"url": sink.url}, project=project)


def make_rule(owner, project, **more):
    when = When(events=("mlops.run.failed",), clears=("mlops.run.completed",))
    fields = {"name": "Failed", "when": when, "tell": Tell(people="nobody", channels=("ops",))}
    return create_rule(owner, project, RuleSettings(**{**fields, **more}))


def happen(project, type="mlops.run.failed", subject="runs/1", **more):
    happening.happen(project, type, subject, reason="Out of memory.", **more)


def send(now=None):
    moment = now or timezone.now() + timedelta(seconds=1)
    for sink in due_sinks(moment):
        send_to(sink, moment)


def after(**more):
    return timezone.now() + timedelta(**more)


def prefer(person, **more):
    fields = {"email": f"{person.username}@example.org", "email_confirmed_at": timezone.now(), **more}
    return Preference.objects.create(person=person, **fields)


def by_mail(owner, project, **more):
    return make_rule(owner, project, tell=Tell(people="everyone"), **more)


def test_a_channel_is_told_of_the_beginning_and_the_end(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    happen(quiet_project)
    send()
    happen(quiet_project, "mlops.run.completed")
    send()
    assert [b'"type":"mlops.alert.fired"' in call.body for call in sink.calls] == [True, False]
    assert [entry.kind for entry in Alert.objects.get().entries.all()] == ["fired", "told", "resolved", "told"]


def test_what_did_not_arrive_is_tried_again_later_with_the_same_id(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    happen(quiet_project)
    sink.answer = lambda call: (500, {}, b"broken")
    send()
    row = Notification.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "broken" in row.answer
    assert "HTTP 500" in Channel.objects.get().trouble
    sink.answer = lambda call: (200, {}, b"")
    send()
    assert len(sink.calls) == 1  # not yet
    send(after(seconds=40))
    assert Notification.objects.get().state == "sent"
    assert Channel.objects.get().trouble == ""
    assert sink.calls[0].body.split(b'"id":')[1][:40] == sink.calls[1].body.split(b'"id":')[1][:40]


def test_a_sink_says_itself_when_to_come_back(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    happen(quiet_project)
    sink.answer = lambda call: (429, {"Retry-After": "600"}, b"")
    now = timezone.now() + timedelta(seconds=1)
    send(now)
    assert Notification.objects.get().due_at == now + timedelta(seconds=600)


def test_what_can_never_arrive_ends_with_the_reason(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    happen(quiet_project)
    sink.answer = lambda call: (404, {}, b"gone")
    send()
    assert Notification.objects.get().state == "failed"
    assert "gone" in Alert.objects.get().entries.get(kind="failed").text


def test_a_claim_of_a_killed_worker_is_taken_over(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    happen(quiet_project)
    Notification.objects.update(state="sending", lease_until=timezone.now() + timedelta(seconds=30))
    send()
    assert not sink.calls
    send(after(seconds=60))
    assert len(sink.calls) == 1


def test_a_broken_sink_delays_no_other(owner, quiet_project, channel, sink):
    create_channel(owner, name="other", kind_name="webhook", options={"url": sink.url + "2"}, project=quiet_project)
    make_rule(owner, quiet_project, tell=Tell(people="nobody", channels=("ops", "other")))
    happen(quiet_project)
    sink.answer = lambda call: (500 if call.path == "/hook" else 200, {}, b"")
    send()
    assert sorted(Notification.objects.values_list("state", flat=True)) == ["sent", "waiting"]


def test_mail_goes_to_confirmed_addresses_with_a_link_to_end_it(owner, quiet_project, reader, contributor, mailbox):
    prefer(reader)
    prefer(contributor, email_confirmed_at=None)
    by_mail(owner, quiet_project)
    happen(quiet_project)
    send()
    assert [mail["To"] for mail in mailbox.mails] == ["rita@example.org"]
    assert "/alerts/unsubscribe/" in mailbox.mails[0]["List-Unsubscribe"]


def test_who_has_left_the_project_gets_nothing_any_more(owner, quiet_project, reader, mailbox):
    from mlops.accounts.membership import remove_person

    prefer(reader)
    by_mail(owner, quiet_project)
    happen(quiet_project)
    remove_person(owner, quiet_project, user=reader)
    send()
    row = Notification.objects.get(person=reader, way="email")
    assert (row.state, row.reason) == ("dropped", "The person may not read this project any more.")
    assert not mailbox.mails


def test_strangers_are_never_told(owner, quiet_project, stranger):
    prefer(stranger)
    by_mail(owner, quiet_project)
    happen(quiet_project)
    assert not Notification.objects.filter(person=stranger).exists()


@pytest.mark.parametrize(
    ("preference", "ways"),
    [
        ({}, {"in_app", "email"}),
        ({"least": {"email": "critical"}}, {"in_app"}),
        ({"least": {"in_app": "off"}}, {"email"}),
        ({"silenced": ["run"]}, set()),
    ],
)
def test_people_are_told_as_they_prefer(preference, ways, owner, quiet_project, reader):
    prefer(reader, **preference)
    by_mail(owner, quiet_project)
    happen(quiet_project)
    assert set(Notification.objects.filter(person=reader).values_list("way", flat=True)) == ways


def test_quiet_hours_hold_mail_back_but_not_the_inbox(owner, quiet_project, reader, mailbox):
    now = timezone.now()
    prefer(reader, quiet_from=(now - timedelta(hours=1)).time(), quiet_until=(now + timedelta(hours=1)).time())
    by_mail(owner, quiet_project)
    happen(quiet_project)
    send()
    assert not mailbox.mails
    assert Notification.objects.get(person=reader, way="in_app").state == "sent"
    send(after(minutes=61))
    assert len(mailbox.mails) == 1


def test_what_is_critical_breaks_the_quiet(owner, quiet_project, reader, mailbox):
    now = timezone.now()
    prefer(reader, quiet_from=(now - timedelta(hours=1)).time(), quiet_until=(now + timedelta(hours=1)).time())
    by_mail(owner, quiet_project, severity="critical")
    happen(quiet_project)
    send()
    assert len(mailbox.mails) == 1


def test_a_summary_holds_all_alerts_in_one_mail(owner, quiet_project, reader, mailbox):
    prefer(reader, digest="hourly")
    by_mail(owner, quiet_project)
    happen(quiet_project, subject="runs/1")
    happen(quiet_project, subject="runs/2")
    happen(quiet_project, "mlops.run.completed", subject="runs/1")
    send()
    assert not mailbox.mails
    send(after(minutes=61))
    assert len(mailbox.mails) == 1
    assert mailbox.mails[0]["Subject"] == "Summary: 2 alerts, 1 still firing"
    assert not Notification.objects.filter(state="waiting").exists()


def test_a_mute_keeps_silent_and_what_still_fires_is_told_afterwards(owner, quiet_project, channel, sink):
    rule = make_rule(owner, quiet_project)
    now = timezone.now()
    Mute.objects.create(project=quiet_project, rule=rule, begins_at=now, until=now + timedelta(hours=1))
    happen(quiet_project)
    send()
    assert not sink.calls
    remind(after(minutes=61))
    send(after(minutes=62))
    assert len(sink.calls) == 1


def test_a_mute_of_a_subject_leaves_the_others(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    now = timezone.now()
    Mute.objects.create(project=quiet_project, subject="runs/1*", begins_at=now, until=now + timedelta(hours=1))
    happen(quiet_project, subject="runs/1")
    happen(quiet_project, subject="runs/2")
    send()
    assert len(sink.calls) == 1


def test_it_is_told_again_until_somebody_acknowledges_it(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project, repeat="1h")
    happen(quiet_project)
    send()
    remind(after(minutes=61))
    send(after(minutes=62))
    assert b'"mlops.alert.repeated"' in sink.calls[1].body
    Alert.objects.update(acknowledged_at=timezone.now())
    remind(after(minutes=140))
    send(after(minutes=141))
    assert len(sink.calls) == 2


def test_what_was_over_before_it_could_be_sent_is_told_once(owner, quiet_project, channel, sink):
    make_rule(owner, quiet_project)
    happen(quiet_project)
    happen(quiet_project, "mlops.run.completed")
    send()
    assert len(sink.calls) == 1
    assert b'"mlops.alert.resolved"' in sink.calls[0].body


def test_whoever_started_it_is_told(owner, quiet_project, contributor, reader):
    make_rule(owner, quiet_project, tell=Tell(people="author"))
    happen(quiet_project, actor=contributor)
    assert list(Notification.objects.values_list("person__username", flat=True)) == ["carl"]


def test_a_daily_summary_goes_at_eight_in_the_morning_of_its_reader(owner, quiet_project, reader):
    prefer(reader, digest="daily", digest_at=time(8), time_zone="America/New_York")
    by_mail(owner, quiet_project)
    happen(quiet_project)
    due = Notification.objects.get(person=reader, way="email").due_at
    assert due.astimezone(UTC).hour in (12, 13)


def test_addresses_that_a_monitor_names_get_one_mail_whichever_rules_fire(owner, quiet_project, mailbox):
    when = When(events=("mlops.monitor.drift_detected",), clears=("mlops.monitor.drift_cleared",))
    for name in ("One", "Two"):
        make_rule(owner, quiet_project, name=name, when=when, tell=Tell(people="nobody"))
    for what in ("drift_detected", "drift_cleared"):
        happen(quiet_project, f"mlops.monitor.{what}", "monitors/churn weekly", emails=["anna@example.org"])
        send()
    assert [mail["To"] for mail in mailbox.mails] == ["anna@example.org"] * 2
    assert "Over" in mailbox.mails[1]["Subject"]


def test_a_storm_is_one_summary_for_people_and_each_by_itself_for_programs(
    owner, quiet_project, channel, sink, mailbox
):
    create_channel(owner, name="mail", kind_name="email", options={"to": "ops@example.org"}, project=quiet_project)
    make_rule(owner, quiet_project, tell=Tell(people="nobody", channels=("ops", "mail")))
    for number in range(12):
        happen(quiet_project, subject=f"runs/{number}")
    send()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Summary: 12 alerts, 12 still firing"]
    assert len(sink.calls) == 12
