"""Rules on metrics: looked at regularly, by one worker, with the reason when that is not possible."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.alerts import metrics
from mlops.alerts.metrics import Point, Series
from mlops.alerts.models import Alert, Rule
from mlops.alerts.rules.actions import create_rule
from mlops.alerts.rules.measuring import examine_due
from mlops.formats.alerting import RuleSettings, When
from mlops.formats.refusal import Refusal

VALUES: dict[str, list[tuple[float, float]]] = {}
"""Subject to values with weights."""


@pytest.fixture
def temperature():
    def measure(project, start, end):
        for subject, pairs in VALUES.items():
            yield Series(subject, tuple(Point(end, value, weight) for value, weight in pairs))

    VALUES.clear()
    metrics.register("temperature", title="the temperature", of="a room", unit="number", measure=measure)
    yield
    metrics.METRICS.pop("temperature")


@pytest.fixture
def rule(owner, quiet_project, temperature):
    when = When(metric="temperature", threshold=30, subject="rooms/*")
    return create_rule(owner, quiet_project, RuleSettings(name="Hot", when=when, resolve_after="5m"))


def test_it_fires_for_each_subject_that_is_past_the_limit(rule):
    VALUES.update({"rooms/a": [(31, 1)], "rooms/b": [(29, 1)], "halls/c": [(99, 1)]})
    examine_due()
    alert = Alert.objects.get()
    assert (alert.subject, alert.value, alert.state) == ("rooms/a", 31, "firing")
    assert "the temperature of rooms/* is above 30" in alert.why


def test_a_mean_is_weighted(rule):
    VALUES["rooms/a"] = [(100, 1), (20, 99)]
    examine_due()
    assert not Alert.objects.exists()


def test_it_ends_after_it_was_back_for_long_enough(rule):
    now = timezone.now()
    VALUES["rooms/a"] = [(31, 1)]
    examine_due(now)
    VALUES["rooms/a"] = [(20, 1)]
    examine_due(now + timedelta(minutes=1))
    assert Alert.objects.get().state == "firing"
    examine_due(now + timedelta(minutes=6))
    assert Alert.objects.get().resolved_why == "It is back within its limit: 20."


def test_one_worker_looks_at_a_time(rule):
    assert examine_due() == 1
    assert examine_due() == 0


def test_a_metric_that_breaks_is_said_on_the_rule_and_holds_up_no_other(rule):
    def broken(project, start, end):
        raise OSError("the meter is gone")

    metrics.register("temperature", title="t", of="r", unit="number", measure=broken)
    examine_due()
    assert "the meter is gone" in Rule.objects.get().trouble


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"metric": "temprature", "threshold": 1.0}, "metric_unknown"),
        ({"metric": "temperature"}, "rule_invalid"),
        ({}, "rule_invalid"),
        ({"events": ("run.failed",)}, "rule_invalid"),
        ({"metric": "temperature", "threshold": 1.0, "for_": "soon"}, "duration_invalid"),
    ],
)
def test_what_cannot_work_is_refused(when, code, owner, quiet_project, temperature):
    with pytest.raises(Refusal) as refused:
        create_rule(owner, quiet_project, RuleSettings(name="x", when=When(**when)))
    assert refused.value.code == code
