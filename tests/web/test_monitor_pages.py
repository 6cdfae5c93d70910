"""The pages of monitors: all at a glance, and one with what its looks found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from mlops.formats.monitor import Distribution, FeatureFound, Measured, MonitorFound, SignalFound
from mlops.formats.profile import Histogram, ValueCount
from mlops.monitoring.found import summary_of
from mlops.monitoring.models import Alarm, Look, LookResult, Monitor
from tests.monitoring.conftest import add_version, day, monitor, settings_of_sales, watched

__all__ = ["add_version", "monitor", "settings_of_sales", "watched"]
pytestmark = pytest.mark.django_db


def found(price: float) -> MonitorFound:
    """Price has moved so far; the shop, its mix as ever. With a segment, quality and performance."""
    metric = "normalized_wasserstein_distance"
    moved = FeatureFound(
        feature="price",
        kind="numerical",
        measured=(Measured(metric=metric, value=price, threshold=0.3, is_alarm=price >= 0.3, adjusted_p_value=0.01),),
        contribution=1.0,
        baseline=Distribution(rows=10, histogram=Histogram(edges=(0, 1, 2), counts=(6, 4)), measures={"mean": 0.9}),
        current=Distribution(rows=10, histogram=Histogram(edges=(0, 1, 2), counts=(2, 8)), measures={"mean": 1.3}),
    )
    shop = FeatureFound(
        feature="shop",
        kind="categorical",
        measured=(Measured(metric="jensen_shannon_distance", value=0.01, threshold=0.3),),
        baseline=Distribution(rows=10, values=(ValueCount(value="north", count=9),), other=1),
        current=Distribution(rows=10, values=(ValueCount(value="north", count=8),), missing=2),
    )
    state: Any = "alarm" if price >= 0.3 else "fine"
    drift = SignalFound(
        name="drift", kind="data_drift", state=state, reason=f"price is {price}", magnitude=price / 0.3, threshold=1.0,
        features=(moved, shop),
    )  # fmt: skip
    north = msgspec.structs.replace(drift, segment="shop=north")
    auc = Measured(metric="auc", value=0.8, low=0.75, high=0.85, threshold=0.7, larger_is_worse=False, baseline=0.82)
    performance = SignalFound(name="truth", kind="model_performance", state="fine", reason="Good.", measured=(auc,))
    estimated = SignalFound(
        name="guess", kind="estimated_performance", state="fine", reason="Good.",
        measured=(msgspec.structs.replace(auc, value=0.79),),
    )  # fmt: skip
    return MonitorFound(
        start=None, end=None, signals=(drift, north, performance, estimated), baseline="first ten days", target="sales"
    )


def looked(monitor: Monitor, number: int, price: float) -> Look:
    told = found(price)
    look = Look.objects.create(
        monitor=monitor,
        number=number,
        window=f"{number}",
        start=day(number),
        end=day(number + 1),
        revision=1,
        state="completed",
        state_since=timezone.now(),
        rows=10,
        baseline_rows=10,
        baseline=told.baseline,
        is_alarm=price >= 0.3,
        summary=msgspec.to_builtins(summary_of(told)),
    )
    LookResult.objects.create(look=look, found=msgspec.to_builtins(told))
    return look


@pytest.fixture
def looks(monitor) -> list[Look]:
    Monitor.objects.filter(pk=monitor.pk).update(last_number=3, state="alarm", reason="Beyond its limits: drift.")
    return [looked(monitor, number, price) for number, price in ((1, 0.1), (2, 0.2), (3, 0.6))]


@pytest.fixture
def page(client, reader, monitor):
    client.force_login(reader)

    def read(query: str = "", at: str = "") -> str:
        return client.get((at or f"/monitoring/{monitor.pk}/") + query).content.decode()

    return read


def test_without_monitors_the_overview_leads_to_one(client, owner, project):
    client.force_login(owner)
    assert "Nothing is watched yet" in client.get("/monitoring/").content.decode()


def test_the_overview_tells_state_leading_signal_and_both_looks(page, looks):
    text = page(at="/monitoring/")
    assert "Beyond its limits: drift." in text
    assert "drift over the last looks; now 2, limit 1" in text
    assert text.count("<circle") >= 1
    assert "Endpoints that nobody watches" not in text


def test_the_overview_is_filtered(page, monitor):
    assert monitor.name in page("?state=waiting", at="/monitoring/")
    assert "No monitor fits this filter" in page("?q=nobody", at="/monitoring/")
    assert "No monitor fits this filter" in page("?watches=endpoint", at="/monitoring/")


def test_an_endpoint_that_nobody_watches_is_named(client, contributor, project, monitor):
    from mlops.deployments.actions import create_endpoint

    create_endpoint(contributor, project, name="prices")
    client.force_login(contributor)
    assert "Endpoints that nobody watches" in client.get("/monitoring/").content.decode()


def test_an_alarm_says_what_its_value_is(page, looks, monitor):
    facts = {"monitor": monitor, "signal": "drift", "is_on": True, "since": day(3), "end": day(4)}
    facts["metric"] = "jensen_shannon_distance"
    Alarm.objects.create(**facts, value=3.08, threshold=1.0)
    assert "magnitude, in multiples of the limit" in alarms_in(page())
    assert "Jensen-Shannon distance" not in alarms_in(page())
    Alarm.objects.update(feature="shop", value=0.9, threshold=0.3)
    assert "Jensen-Shannon distance" in alarms_in(page())


def alarms_in(text: str) -> str:
    return text.partition("Alarms that are on")[2].partition("What it found")[0]


def test_a_monitor_that_has_not_looked_says_when_it_will(page):
    assert "It has not looked yet" in page()


def test_looks_without_a_finding_are_not_called_none(page, owner, monitor):
    from mlops.monitoring.asking import look_now

    look_now(owner, monitor)
    Look.objects.update(state="skipped")
    text = page()
    assert "No look has found anything yet" in text
    assert "<h2>It has not looked yet" not in text


def test_the_last_look_and_its_leading_signal_are_shown(page, looks):
    text = page()
    assert "Magnitude of drift over time" in text
    assert "price is 0.6" in text
    assert "Distribution of price" in text
    assert "Share in the magnitude" in text


def test_each_point_leads_to_its_look(page, looks):
    assert "&amp;look=2" in page() or "\\u0026look=2" in page()
    text = page("?look=2")
    assert "price is 0.2" in text
    assert "look=1" in text and "look=3" in text  # noqa: PT018 - earlier and later


def test_a_feature_and_a_metric_are_chosen(page, looks):
    text = page("?signal=drift&feature=shop&metric=jensen_shannon_distance")
    assert "Distribution of shop" in text
    assert "shop: Jensen-Shannon distance over time" in text
    assert "others" in text and "missing" in text  # noqa: PT018 - both belong to the table


def test_a_segment_is_looked_into(page, looks):
    text = page("?signal=drift&segment=shop%3Dnorth")
    assert "Magnitude of drift (shop=north) over time" in text


def test_performance_with_and_without_labels_is_one_chart(page, looks):
    text = page("?signal=truth&metric=auc")
    assert "With labels" in text
    assert "Estimated without labels" in text
    assert "0.75 – 0.85" in text


def test_a_chart_comes_as_csv(client, reader, monitor, looks):
    client.force_login(reader)
    told = client.get(f"/monitoring/{monitor.pk}/?csv=magnitude").content.decode().splitlines()
    assert told[0] == "Window,Magnitude,Magnitude: alarm,limit 1"
    assert told[3] == f"{day(3).isoformat()},2.0,2.0,1.0"


@pytest.mark.parametrize("query", ["?look=9", "?signal=drit", "?signal=drift&segment=shop%3Dsout", "?csv=magnitud"])
def test_what_is_not_there_is_refused_with_what_is(client, reader, monitor, looks, query):
    client.force_login(reader)
    assert client.get(f"/monitoring/{monitor.pk}/{query}").status_code == 404


def test_looks_are_listed_with_their_causes(page, looks):
    text = page("?tab=looks")
    assert text.count("settings 1") == 3
    assert "Look again" not in text  # a reader may not


def test_somebody_looks_now_again_and_stops_it(client, contributor, monitor, looks):
    client.force_login(contributor)
    at = f"/monitoring/{monitor.pk}/"
    Monitor.objects.filter(pk=monitor.pk).update(planned_to=day(3), next_at=day(4))
    answer = client.post(at, {"act": "look-now"}, follow=True).content.decode()
    assert "begins as soon as a worker is free" in answer
    made = Look.objects.filter(monitor=monitor).latest("number")
    assert (
        "is cancelled" in client.post(at, {"act": "cancel-look", "number": made.number}, follow=True).content.decode()
    )
    assert (
        "looks at the same window again"
        in client.post(at, {"act": "look-again", "number": 1}, follow=True).content.decode()
    )


def test_a_monitor_is_disabled_and_enabled(client, contributor, monitor):
    client.force_login(contributor)
    client.post(f"/monitoring/{monitor.pk}/", {"act": "disable"})
    monitor.refresh_from_db()
    assert not monitor.is_enabled
    client.post(f"/monitoring/{monitor.pk}/", {"act": "enable"})
    monitor.refresh_from_db()
    assert monitor.is_enabled


def test_a_thousand_looks_are_read_by_a_few_queries(client, reader, monitor, django_assert_max_num_queries):
    client.force_login(reader)
    for number in range(1, 6):
        looked(monitor, number, 0.1)
    with django_assert_max_num_queries(40):
        client.get(f"/monitoring/{monitor.pk}/")


def test_windows_that_are_no_times_keep_their_names(page, monitor, looks):
    Monitor.objects.filter(pk=monitor.pk).update(rhythm="batch")
    Look.objects.filter(number=3).update(window="batch:7", end=timezone.now() + timedelta(days=1))
    assert "batch 7" in page("?csv=magnitude")


def test_a_monitor_is_muted_for_a_while_and_says_so(client, contributor, monitor):
    client.force_login(contributor)
    answer = client.post(f"/monitoring/{monitor.pk}/", {"act": "mute", "hours": "4"}, follow=True).content.decode()
    assert "Nobody is told about it until" in answer
    assert client.post(f"/monitoring/{monitor.pk}/", {"act": "mute", "hours": "x"}).status_code == 400
