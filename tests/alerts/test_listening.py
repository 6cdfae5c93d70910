"""Rules on events: what they raise, count, group and end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.alerts.models import Alert, Notification, Rule
from mlops.alerts.recipes.catalogue import recipe
from mlops.alerts.rules.actions import create_rule
from mlops.alerts.rules.listening import read_events
from mlops.alerts.rules.reminding import remind
from mlops.events.circumstances import importing
from mlops.formats.alerting import RuleSettings, Tell, When
from tests.alerts.happening import happen


@pytest.fixture
def rule(owner, project):
    while read_events():
        pass
    Rule.objects.all().delete()
    when = When(events=("mlops.deployment.fail*",), clears=("mlops.deployment.healthy",))
    return create_rule(owner, project, RuleSettings(name="Down", when=when, tell=Tell(people="everyone")))


def fail(project, subject="endpoints/churn/blue", reason=""):
    happen(project, "mlops.deployment.failed", subject, reason=reason)


def heal(project, reason=""):
    happen(project, "mlops.deployment.healthy", "endpoints/churn/blue", reason=reason)


def test_an_event_raises_an_alert_that_says_why(rule, project):
    fail(project, reason="The server exited with 1.")
    alert = Alert.objects.get()
    assert (alert.state, alert.why, alert.subject) == ("firing", "The server exited with 1.", "endpoints/churn/blue")


def test_the_same_again_is_counted_and_told_once(rule, project, reader):
    fail(project)
    fail(project)
    assert Alert.objects.get().times == 2
    assert Notification.objects.filter(person=reader).count() == 1


def test_another_subject_is_another_alert(rule, project):
    fail(project)
    fail(project, subject="endpoints/churn/green")
    assert Alert.objects.filter(state="firing").count() == 2


def test_the_clearing_event_ends_it(rule, project):
    fail(project)
    heal(project, "It answers.")
    alert = Alert.objects.get()
    assert (alert.state, alert.resolved_why) == ("resolved", "It answers.")
    assert [entry.kind for entry in alert.entries.all()] == ["fired", "resolved"]


def test_failed_trials_and_nested_runs_raise_nothing_unless_a_filter_asks_for_them(owner, rule, project):
    when = When(events=("mlops.run.failed",))
    create_rule(owner, project, RuleSettings(name="Runs", when=when, tell=Tell(people="everyone")))
    happen(project, "mlops.run.failed", "runs/1", parent="7")
    assert not Alert.objects.exists()
    asked = ({"operatorType": "IsNotNull", "key": "data.parent"},)
    create_rule(owner, project, RuleSettings(name="Trials", when=When(events=when.events, filters=asked)))
    happen(project, "mlops.run.failed", "runs/1", parent="7")
    happen(project, "mlops.run.failed", "runs/2")
    assert set(Alert.objects.values_list("rule__name", "subject")) == {("Trials", "runs/1"), ("Runs", "runs/2")}


def test_what_an_import_takes_over_raises_nothing_unless_a_filter_asks_for_it(owner, rule, project):
    when = When(events=("mlops.run.failed",))
    asked = ({"operatorType": "StringIn", "key": "via.door", "values": ["import"]},)
    for name, filters in (("New", ()), ("Old", asked)):
        of = When(events=when.events, filters=filters)
        create_rule(owner, project, RuleSettings(name=name, when=of, tell=Tell(people="everyone")))
    with importing("imports/1"):
        happen(project, "mlops.run.failed", "runs/1")
    happen(project, "mlops.run.failed", "runs/2")
    assert set(Alert.objects.values_list("rule__name", "subject")) == {("Old", "runs/1"), ("New", "runs/2")}


def test_an_event_is_read_once(rule, project):
    fail(project)
    assert read_events() == 0
    assert Alert.objects.get().times == 1


def test_events_of_other_projects_are_none_of_its_business(rule, stranger):
    from mlops.accounts.membership import create_project

    other = create_project(stranger, name="Other", slug="other")
    fail(other)
    assert not Alert.objects.filter(rule=rule).exists()


def test_a_rule_with_a_duration_waits_whether_it_is_over(rule, project):
    Rule.objects.update(for_seconds=300)
    fail(project)
    assert Alert.objects.get().state == "pending"
    remind(timezone.now() + timedelta(seconds=301))
    assert Alert.objects.get().state == "firing"


def test_what_was_over_in_time_is_no_alert(rule, project):
    Rule.objects.update(for_seconds=300)
    fail(project)
    heal(project)
    assert not Alert.objects.exists()


def test_a_rule_may_group_by_a_member_of_the_data(rule, project):
    Rule.objects.update(group_by="data.experiment", types=["mlops.run.failed"])
    happen(project, "mlops.run.failed", "runs/1")
    happen(project, "mlops.run.failed", "runs/2")
    assert Alert.objects.get().times == 2


def test_what_does_not_come_again_ends_by_itself(rule, project):
    Rule.objects.update(resolve_seconds=3600)
    fail(project)
    remind(timezone.now() + timedelta(seconds=3601))
    assert Alert.objects.get().resolved_why == "It has not come again."


def test_a_new_project_begins_with_rules(owner):
    from mlops.accounts.membership import create_project

    made = create_project(owner, name="New", slug="new")
    while read_events():
        pass
    names = set(Rule.objects.filter(project=made).values_list("name", flat=True))
    assert {"Deployment unhealthy", "Run failed", "Drift detected", "Retraining", "Model replaced"} <= names


def test_filters_on_the_data_leave_the_rest_out(rule, owner, project):
    where = ({"key": "data.experiment", "operator": "StringIn", "values": ["weekly"]},)
    when = When(events=("mlops.run.failed",), filters=where)
    create_rule(owner, project, RuleSettings(name="Weekly", when=when))
    happen(project, "mlops.run.failed", "runs/1", experiment="nightly")
    happen(project, "mlops.run.failed", "runs/2", experiment="weekly")
    assert Alert.objects.get(rule_name="Weekly").subject == "runs/2"


def test_the_end_of_one_signal_is_not_the_end_of_another(owner, quiet_project):
    create_rule(owner, quiet_project, recipe("drift-detected").settings)
    for signal in ("ages", "prices"):
        happen(quiet_project, "mlops.monitor.drift_detected", "monitors/churn weekly", signal=signal)
    happen(quiet_project, "mlops.monitor.drift_cleared", "monitors/churn weekly", signal="ages")
    firing = Alert.objects.get(state="firing")
    assert (firing.title, firing.value) == ("Drift detected: churn weekly, prices", 0.42)
