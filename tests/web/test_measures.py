"""What each package tells Prometheus, and that it is sound text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.accounts.actions import create_first_administrator
from mlops.alerts.models import Delivery, Subscription
from mlops.collected.models import Intake
from mlops.events.models import Event
from mlops.monitoring.models import Alarm, Look
from mlops.telemetry.sampling import look as sample
from mlops.work.measuring import COLLECTORS
from tests.monitoring.conftest import add_version, day, monitor, settings_of_sales, watched
from tests.telemetry.conftest import blue, endpoint, told
from tests.web.test_monitor_pages import looked

__all__ = ["add_version", "blue", "endpoint", "monitor", "settings_of_sales", "watched"]
pytestmark = pytest.mark.django_db
LINE = re.compile(
    r'[a-z_:][a-z0-9_:]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)'
)


def subscribe(project) -> None:
    """With an event that has been on its way for a minute."""
    now = timezone.now()
    hook = Subscription.objects.create(project=project, name="hook", host="https://h", sealed="", state_since=now)
    event = Event.objects.latest("seq")
    minute_ago = now - timedelta(minutes=1)
    Delivery.objects.create(
        subscription=hook, event=event, type=event.type, subject=event.subject, state_since=now, queued_at=minute_ago,
        next_at=now,
    )  # fmt: skip


@pytest.fixture
def scraped(client, endpoint, blue, monitor) -> str:
    sample(told(endpoint, statuses={"200": 3}, in_flight=1, queued=3, queue_seconds=0.1))
    looked(monitor, 1, 0.6)
    Alarm.objects.create(monitor=monitor, signal="drift", is_on=True, since=day(2), end=day(2))
    Intake.objects.create(
        endpoint=endpoint, deployment="blue", deployment_id=blue.pk, state="collecting", lag_seconds=3
    )
    subscribe(endpoint.project)
    admin, _password = create_first_administrator()
    client.force_login(admin)
    return str(client.get("/metrics").content.decode())


def test_monitors_tell_magnitudes_limits_and_alarms(scraped):
    labels = 'project="churn",monitor="sales by day",signal="drift"'
    assert f'mlops_monitor_magnitude{{{labels},segment=""}} 2' in scraped
    assert f'mlops_monitor_threshold{{{labels},segment="shop=north"}} 1' in scraped
    assert f"mlops_monitor_alarms{{{labels}}} 1" in scraped
    assert f'mlops_looks{{state="completed"}} {Look.objects.count()}' in scraped


def test_collection_tells_its_lag(scraped):
    assert re.search(r'mlops_collection_lag_seconds\{.*deployment="blue".*\} 3', scraped)


def test_deliveries_tell_their_states_and_the_oldest_that_waits(scraped):
    labels = 'project="churn",subscription="hook"'
    assert f'mlops_deliveries{{{labels},state="waiting"}} 1' in scraped
    assert re.search(rf"mlops_delivery_oldest_seconds\{{{labels}\}} 6\d", scraped)


def test_every_collector_answers(scraped):
    assert {"telemetry", "monitoring", "collected", "alerts"} <= set(COLLECTORS)
    assert re.findall(r"mlops_collector_up\{.*\} 0", scraped) == []


def test_every_line_is_sound_and_every_name_has_one_type(scraped):
    names = re.findall(r"^# TYPE (\S+) (gauge|counter|histogram)$", scraped, re.MULTILINE)
    assert len(names) == len({name for name, _kind in names})
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in names)
    for line in scraped.splitlines():
        assert line.startswith("# ") or LINE.fullmatch(line), line
