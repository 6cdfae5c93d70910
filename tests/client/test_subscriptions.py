"""`mlops subscription` and `mlops event` against a real server, with a courier that delivers."""

from __future__ import annotations

import json
import threading

import pytest

from mlops.alerts.models import Delivery, Subscription
from mlops.alerts.subscriptions.courier import Courier
from mlops.events.models import Event
from tests.alerts.conftest import loopback_allowed, sink

__all__ = ["loopback_allowed", "sink"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def courier():
    courier = Courier()
    thread = threading.Thread(target=courier.run, daemon=True)
    thread.start()
    yield
    courier.stop()
    thread.join(10)


@pytest.fixture
def made(signed_in, sink):
    words = ("--type", "mlops.draft.*", "--filter", "data.after:StringIn:yes,maybe")
    said = signed_in("subscription", "create", "-n", "hook", "--url", sink.url, *words)
    assert said.status == 0, said.errors
    return said.value


def test_a_subscription_is_made_and_its_secret_told_once(signed_in, made, sink):
    assert made["secret"].startswith("whsec_")
    row = Subscription.objects.get()
    assert row.filters == [{"operatorType": "StringIn", "key": "data.after", "values": ["yes", "maybe"]}]
    shown = signed_in("subscription", "show", "-n", "hook").out
    assert made["secret"] not in shown
    assert sink.url not in shown


def test_a_file_says_it_all(signed_in, sink, tmp_path):
    file = tmp_path / "hook.yaml"
    file.write_text(f"name: from a file\nurl: {sink.url}\ntypes: [mlops.run.*]\nenvelope: azure_event_grid\n")
    assert signed_in("subscription", "create", "-f", str(file)).status == 0
    assert Subscription.objects.get(name="from a file").envelope == "azure_event_grid"
    file.write_text("name: x\nurll: https://example.org\n")
    said = signed_in("subscription", "create", "-f", str(file))
    assert (said.status, "'url'" in said.errors) == (3, True)


def test_a_test_waits_for_the_answer(signed_in, made, sink, courier):
    assert signed_in("subscription", "test", "-n", "hook").status == 0
    assert json.loads(sink.calls[0].body)["type"] == "mlops.subscription.tested"
    sink.answer = lambda call: (404, {}, b"no such hook")
    said = signed_in("subscription", "test", "-n", "hook")
    assert (said.status, said.value["log"][0]["text"]) == (1, "no such hook")


def test_it_is_paused_changed_replayed_and_deleted(signed_in, made, sink):
    assert signed_in("subscription", "pause", "-n", "hook").value["state"] == "paused"
    assert signed_in("subscription", "resume", "-n", "hook").value["state"] == "active"
    assert signed_in("subscription", "update", "-n", "hook", "--type", "mlops.run.failed").value["types"] == [
        "mlops.run.failed"
    ]
    assert signed_in("subscription", "rotate-secret", "-n", "hook").value["secret"] != made["secret"]
    assert signed_in("subscription", "replay", "-n", "hook", "--start", "2020-01-01T00:00:00Z").value == {"count": 0}
    assert signed_in("subscription", "replay", "-n", "hook").status == 3
    assert signed_in("subscription", "list", "-o", "table").status == 0
    assert signed_in("subscription", "deliveries", "-n", "hook").value == []
    assert signed_in("subscription", "delete", "-n", "hook").status == 0
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()


def test_events_are_listed_shown_and_exported(signed_in, made, tmp_path):
    (found,) = signed_in("event", "list", "--type", "mlops.subscription.*").value
    assert found["data"]["name"] == "hook"
    assert signed_in("event", "show", found["id"]).value["type"] == "mlops.subscription.created"
    said = signed_in("event", "export", "--as", "csv", "--to", str(tmp_path))
    assert "mlops.subscription.created" in (tmp_path / "events.csv").read_text()
    assert said.value["file"].endswith("events.csv")
    assert len(signed_in("event", "list", "--most", "1").value) == min(1, Event.objects.count())


def test_types_are_listed_with_their_schemas(signed_in):
    assert len(signed_in("event", "types").value) >= 25
    assert "run_id" in signed_in("event", "types", "mlops.run.failed").value["properties"]
    assert "mlops.run.failed" in signed_in("event", "types", "mlops.run.fail").errors
