"""What rules may watch of endpoints."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.alerts.metrics import METRICS
from mlops.deployments.models import TrafficMinute
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.telemetry.sampling import look
from tests.monitoring.conftest import add_version, monitor, settings_of_sales, watched
from tests.telemetry.conftest import told
from tests.web.test_monitor_pages import looked

__all__ = ["add_version", "monitor", "settings_of_sales", "watched"]

pytestmark = pytest.mark.django_db


def series(name: str, project):
    now = timezone.now() + timedelta(seconds=1)
    return list(METRICS[name].measure(project, now - timedelta(minutes=5), now))


def test_the_share_of_errors_counts_by_the_requests_of_each_minute(project, blue):
    latency = [0] * (len(LATENCY_BOUNDS) + 1)
    latency[4] = 40
    minute = timezone.now().replace(second=0, microsecond=0)
    TrafficMinute.objects.create(deployment=blue, minute=minute, requests=40, errors=10, latency_counts=latency)
    (found,) = series("error_share", project)
    assert found.subject == "endpoints/prices/blue"
    assert [(point.value, point.weight) for point in found.points] == [(0.25, 40)]
    (late,) = series("latency_p95", project)
    assert 0.002 < late.points[0].value <= 0.003


def test_saturation_is_told_of_deployments_that_were_looked_at(project, endpoint):
    look(told(endpoint, in_flight=1, queued=4, queue_seconds=1.0))
    (hand,) = series("in_hand_share", project)
    (wait,) = series("queue_wait", project)
    assert (hand.points[0].value, wait.points[0].value) == (0.5, 0.25)
    assert series("memory_share", project) == []


def test_another_projects_deployments_are_not_told(owner, endpoint):
    from mlops.accounts.membership import create_project

    look(told(endpoint, in_flight=1))
    assert series("in_hand_share", create_project(owner, name="Other", slug="other")) == []


def test_drift_is_told_in_multiples_of_its_limit(project, monitor):
    looked(monitor, 1, 0.6)
    (found,) = series("drift_magnitude", project)
    assert found.subject == "monitors/sales by day"
    assert [point.value for point in found.points] == [2.0]
