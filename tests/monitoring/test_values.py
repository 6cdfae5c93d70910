"""What looks measured, as rows of a table that reports read."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from mlops.formats.monitor import FeatureFound, Measured, MonitorFound, SignalFound
from mlops.monitoring import settling
from mlops.monitoring.models import Look, LookState, LookValue, Monitor
from tests.monitoring.conftest import day


@pytest.fixture
def look(monitor: Monitor) -> Look:
    made = Look.objects.create(
        monitor=monitor,
        number=1,
        window="a",
        start=day(1),
        end=day(2),
        revision=1,
        state=LookState.RUNNING,
        state_since=timezone.now(),
    )
    measured = (
        Measured(metric="psi", value=0.4, threshold=0.3, is_alarm=True),
        Measured(metric="share", value=None),
    )
    feature = FeatureFound(feature="price", kind="numerical", measured=measured)
    signal = SignalFound(
        name="drift", kind="data_drift", state="alarm", reason="", magnitude=0.4, threshold=0.3, features=(feature,)
    )
    found = MonitorFound(start=made.start, end=made.end, signals=(signal,), baseline="b", target="t")
    settling.completed(made, found, rows=10, baseline_rows=10, seconds=1.0)
    return made


def told() -> list[tuple[object, ...]]:
    return list(LookValue.objects.order_by("id").values_list("signal", "feature", "metric", "value", "is_alarm"))


EXPECTED = [
    ("drift", "", "magnitude", 0.4, True),
    ("drift", "price", "psi", 0.4, True),
    ("drift", "price", "share", None, False),
]


def test_each_value_is_a_row_that_the_feed_and_sql_have(client, owner, look):
    assert told() == EXPECTED
    client.force_login(owner)
    asked = {"$filter": "feature eq 'price' and is_alarm", "$select": "monitor,metric,value,threshold"}
    answer = client.get("/odata/v1/MonitorResults", asked).json()
    assert [(row["metric"], row["value"], row["threshold"]) for row in answer["value"]] == [("psi", 0.4, 0.3)]
    found = client.get("/odata/v1/MonitorLooks", {"$expand": "Results($select=metric)"}).json()["value"]
    assert [one["metric"] for one in found[0]["Results"]] == ["magnitude", "psi", "share"]


def test_looks_of_before_get_their_rows_when_the_studio_is_upgraded(look):
    LookValue.objects.all().delete()
    import_module("mlops.monitoring.migrations.0005_values_of_past_looks").fill(apps, None)
    assert told() == EXPECTED
