"""`mlops alert`, `mlops alert-rule` and `mlops channel` against a real server."""

from __future__ import annotations

import pytest

from mlops.alerts.models import Alert, Channel, Mute, Rule
from tests.alerts.conftest import loopback_allowed, quiet_project, sink
from tests.alerts.happening import happen

__all__ = ["loopback_allowed", "quiet_project", "sink"]

pytestmark = pytest.mark.django_db(transaction=True)
RULE = """name: Nightly fails
when:
  events: [mlops.run.failed]
  filters: [{key: data.experiment, operator: StringIn, values: [nightly]}]
  clears: [mlops.run.completed]
severity: critical
tell: {people: contributors, channels: [ops]}
repeat: 4h
note: Look at the step that failed.
"""


@pytest.fixture
def ops(signed_in, sink):
    signed_in("channel", "create", "-n", "ops", "--kind", "webhook", "--url", sink.url)
    return Channel.objects.get()


@pytest.fixture
def rule(signed_in, ops, quiet_project, tmp_path):
    file = tmp_path / "rule.yaml"
    file.write_text(RULE)
    said = signed_in("alert-rule", "create", "-f", str(file))
    assert said.status == 0, said.errors
    return Rule.objects.get()


def test_a_channel_is_set_up_and_tried(signed_in, ops, sink):
    said = signed_in("channel", "test", "-n", "ops")
    assert said.status == 0
    assert said.value["answer"].startswith("HTTP 200")
    sink.answer = lambda call: (404, {}, b"gone")
    assert signed_in("channel", "test", "-n", "ops").status == 1
    assert sink.url not in signed_in("channel", "show", "-n", "ops").out


def test_a_rule_comes_from_a_file_and_reads_back_the_same(signed_in, rule):
    shown = signed_in("alert-rule", "show", "-n", "Nightly fails").value
    assert shown["tell"] == {"people": "contributors", "channels": ["ops"]}
    assert (shown["repeat"], shown["severity"]) == ("4h", "critical")
    assert shown["when"]["filters"][0]["values"] == ["nightly"]


def test_what_fires_is_listed_and_taken_on(signed_in, rule, quiet_project):
    happen(quiet_project, "mlops.run.failed", "runs/1")
    row = signed_in("alert", "list").value[0]
    assert (row["rule"], row["severity"], row["next"]) == ("Nightly fails", "critical", "Look at the step that failed.")
    assert signed_in("alert", "ack", "-n", row["id"], "--note", "I look").value["acknowledged_by"] == "olga"
    signed_in("alert", "resolve", "-n", row["id"])
    assert Alert.objects.get().state == "resolved"
    assert signed_in("alert", "list").value == []


def test_silence_for_a_while(signed_in, rule):
    made = signed_in("alert", "mute", "--for", "2h", "--rule", "Nightly fails", "--reason", "moving").value
    assert Mute.objects.get().reason == "moving"
    signed_in("alert", "unmute", made["id"])
    assert signed_in("alert", "mutes").value == []


def test_a_rule_is_tried_before_it_is_made(signed_in, rule, quiet_project):
    happen(quiet_project, "mlops.run.failed", "runs/1")
    said = signed_in("alert-rule", "test", "-n", "Nightly fails").value
    assert (said["fired"], said["firings"][0]["subject"]) == (1, "runs/1")


def test_a_recipe_is_taken(signed_in, quiet_project):
    made = signed_in("alert-rule", "create", "--recipe", "run-completed", "--project", "churn").value
    assert (made["name"], made["recipe"]) == ("Run completed", "run-completed")


def test_a_fault_in_a_file_is_named_with_its_place(signed_in, quiet_project, tmp_path):
    file = tmp_path / "rule.yaml"
    file.write_text("name: x\nwhen: {metrics: error_share}\n")
    said = signed_in("alert-rule", "create", "-f", str(file))
    assert said.status == 3
    assert "when.metrics" in said.errors
    assert "Did you mean 'metric'" in said.errors


def test_switching_off_and_deleting(signed_in, rule):
    signed_in("alert-rule", "disable", "-n", "Nightly fails")
    assert not Rule.objects.get().is_enabled
    assert "Nightly fails" in signed_in("channel", "delete", "-n", "ops").errors
    signed_in("alert-rule", "delete", "-n", "Nightly fails")
    assert not Rule.objects.exists()
