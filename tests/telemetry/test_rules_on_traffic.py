"""Rules on how deployments answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.alerts.metrics import METRICS
from mlops.alerts.models import Alert
from mlops.alerts.rules.actions import create_rule
from mlops.alerts.rules.measuring import examine_due
from mlops.alerts.rules.trying import try_rule
from mlops.deployments.models import TrafficMinute
from mlops.formats.alerting import RuleSettings, When

MANY_ERRORS = RuleSettings(name="Errors", when=When(metric="error_share", threshold=0.05, over="5m"))


def minute(ago: int):
    return timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=ago)


def traffic(blue, ago, **counts):
    TrafficMinute.objects.create(deployment=blue, minute=minute(ago), **counts)


def values(project, name, minutes=10):
    now = timezone.now()
    found = METRICS[name].measure(project, now - timedelta(minutes=minutes), now)
    return {one.subject: [point.value for point in one.points] for one in found}


def test_errors_count_by_their_share_of_all_requests(blue, project, owner):
    traffic(blue, 3, requests=990, errors=0)
    traffic(blue, 2, requests=10, errors=10)
    create_rule(owner, project, MANY_ERRORS)
    examine_due()
    assert not Alert.objects.exists()  # 1 % of a thousand
    traffic(blue, 1, requests=100, errors=100)
    examine_due(timezone.now() + timedelta(seconds=31))
    alert = Alert.objects.get()
    assert (alert.subject, alert.state) == ("endpoints/prices/blue", "firing")
    assert alert.why.startswith("It is 10 %. When share of errors of a deployment is above 5 %")


def test_silence_can_be_watched(blue, project):
    type(blue).objects.update(created_at=timezone.now() - timedelta(hours=1))
    traffic(blue, 2, requests=60)
    rates = values(project, "request_rate", minutes=4)["endpoints/prices/blue"]
    assert rates.count(1.0) == 1
    assert rates.count(0.0) == len(rates) - 1 >= 2


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_metric_can_be_asked_of_an_idle_project(name, project):
    now = timezone.now()
    for series in METRICS[name].measure(project, now - timedelta(days=7), now):
        assert all(isinstance(point.value, float) for point in series.points)


def test_a_trial_tells_how_often_it_would_have_fired(blue, project):
    for ago in (600, 599, 300, 299, 298):
        traffic(blue, ago, requests=100, errors=50)
    for ago in range(280, 291):
        traffic(blue, ago, requests=100, errors=0)
    trial = try_rule(project, MANY_ERRORS, timezone.now())
    assert [one.subject for one in trial.firings] == ["endpoints/prices/blue"] * 2
    assert not Alert.objects.exists()
