"""What each package tells Prometheus, and that it is sound text."""

from __future__ import annotations

import re

import pytest

from mlops.accounts.actions import create_first_administrator
from mlops.collected.models import Intake
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


@pytest.fixture
def scraped(client, endpoint, blue, monitor) -> str:
    sample(told(endpoint, statuses={"200": 3}, in_flight=1, queued=3, queue_seconds=0.1))
    looked(monitor, 1, 0.6)
    Alarm.objects.create(monitor=monitor, signal="drift", is_on=True, since=day(2), end=day(2))
    Intake.objects.create(
        endpoint=endpoint, deployment="blue", deployment_id=blue.pk, state="collecting", lag_seconds=3
    )
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


def test_every_collector_answers(scraped):
    assert {"telemetry", "monitoring", "collected", "alerts"} <= set(COLLECTORS)
    assert re.findall(r"mlops_collector_up\{.*\} 0", scraped) == []


def test_every_line_is_sound_and_every_name_has_one_type(scraped):
    names = re.findall(r"^# TYPE (\S+) (gauge|counter|histogram)$", scraped, re.MULTILINE)
    assert len(names) == len({name for name, _kind in names})
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in names)
    for line in scraped.splitlines():
        assert line.startswith("# ") or LINE.fullmatch(line), line
