"""What a rule on events would have raised."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mlops.alerts.models import Alert
from mlops.alerts.rules.trying import try_rule
from mlops.formats.alerting import RuleSettings, When
from tests.alerts.happening import happen

WHEN = When(events=("mlops.deployment.failed",), clears=("mlops.deployment.healthy",))
BLUE = "endpoints/churn/blue"


def tried(project, when=WHEN):
    return try_rule(project, RuleSettings(name="Down", when=when), timezone.now() + timedelta(seconds=1))


def test_what_came_again_before_it_was_over_counts_once(quiet_project):
    for type in ("failed", "failed", "healthy", "failed"):
        happen(quiet_project, f"mlops.deployment.{type}", BLUE)
    trial = tried(quiet_project)
    assert [one.ended_at is None for one in trial.firings] == [False, True]
    assert not Alert.objects.exists()


def test_what_was_over_in_time_does_not_count(quiet_project):
    happen(quiet_project, "mlops.deployment.failed", BLUE)
    happen(quiet_project, "mlops.deployment.healthy", BLUE)
    lasting = When(events=WHEN.events, clears=WHEN.clears, for_="5m")
    assert tried(quiet_project, lasting).firings == ()


def test_a_metric_without_history_says_so(quiet_project):
    trial = tried(quiet_project, When(metric="disk_free", is_="below", threshold=0.1))
    assert "from now on" in trial.note
