"""The pages of subscriptions and events."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from mlops.alerts.models import Delivery, Subscription
from mlops.alerts.subscriptions.checking import read_settings
from mlops.alerts.subscriptions.shaping import settings_of
from tests.alerts.subscriptions.conftest import deliver, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, contributor, project):
    client.force_login(contributor)
    return client


def typed(sink, **more):
    return {"name": "hook", "url": sink.url, "envelope": "cloudevents", "handshake": "none", **more}


def test_the_form_makes_a_subscription_and_shows_its_secret_once(browser, sink):
    form = typed(sink, type=["mlops.run.failed"], patterns="mlops.monitor.*")
    form |= {"filter_key": ["data.x", ""], "filter_operator": ["NumberInRange", "StringIn"]}
    answer = browser.post("/alerts/subscriptions/new/", form | {"filter_values": ["0..0.3", ""]})
    row = Subscription.objects.get()
    assert b"whsec_" in answer.content
    assert row.types == ["mlops.run.failed", "mlops.monitor.*"]
    assert row.filters == [{"operatorType": "NumberInRange", "key": "data.x", "values": [["0", "0.3"]]}]
    page = browser.get(f"/alerts/subscriptions/{row.pk}/").content.decode()
    assert "whsec_" not in page
    assert sink.url not in page


def test_what_was_typed_stays_when_it_is_refused(browser, sink):
    answer = browser.post("/alerts/subscriptions/new/", typed(sink, patterns="mlops.rum.failed"))
    assert answer.status_code == 400
    assert escape("mlops.rum.failed") in answer.content.decode()
    assert "Did you mean" in answer.content.decode()


def test_saving_the_form_unchanged_changes_nothing(browser, subscribe):
    filters = [
        {"operatorType": "BoolEquals", "key": "data.a", "values": [True]},
        {"operatorType": "NumberInRange", "key": "data.b", "values": [[0, 0.3], [0.7, 1]]},
        {"operatorType": "IsNotNull", "key": "data.c"},
    ]
    row = subscribe(types=["mlops.run.*", "mlops.run.failed"], filters=filters, subject_ends_with="x")
    before = settings_of(row)
    page = browser.get(f"/alerts/subscriptions/{row.pk}/edit/")
    form = page.context["typed"]
    sent = {key: form[key] for key in ("name", "envelope", "handshake", "patterns", "subject_ends_with")}
    columns = zip(*form["rows"], strict=True)
    sent |= {f"filter_{name}": values for name, values in zip(("key", "operator", "values"), columns, strict=True)}
    browser.post(f"/alerts/subscriptions/{row.pk}/edit/", {**sent, "type": sorted(form["types"])})
    row.refresh_from_db()
    from mlops.formats.event_filter import read_filters

    assert set(row.types) == set(before.types)
    assert read_filters(row.filters) == read_filters(before.filters)
    assert read_settings({"name": row.name}).name == before.name


def test_a_subscription_says_why_it_fails_and_what_to_do(browser, subscribe, happen, sink):
    row = subscribe()
    sink.answer = lambda call: (500, {}, b"out of order")
    for number in range(12):
        happen(str(number))
    deliver()
    page = browser.get(f"/alerts/subscriptions/{row.pk}/").content.decode()
    assert "The receiver takes no events" in page
    assert "500 Internal Server Error" in page
    assert "Nothing is lost" in page
    delivery = Delivery.objects.filter(attempt=1).first()
    log = browser.get(f"/alerts/subscriptions/{row.pk}/deliveries/{delivery.pk}/").content.decode()
    assert "out of order" in log


def test_the_dead_are_replayed_by_a_button(browser, subscribe, happen, sink):
    row = subscribe()
    sink.answer = lambda call: (422, {}, b"")
    happen()
    for hour in range(9):
        deliver(later(hours=hour))
    browser.post(f"/alerts/subscriptions/{row.pk}/", {"act": "replay-dead"})
    assert Delivery.objects.get().state == "waiting"


def test_a_reader_is_told_why_there_is_nothing_to_see(client, reader, subscribe):
    subscribe(name="hidden hook")
    client.force_login(reader)
    page = client.get("/alerts/subscriptions/").content.decode()
    assert "Only contributors subscribe" in page
    assert "hidden hook" not in page


def test_events_are_found_and_shown_as_json(browser, happen):
    event = happen("7", "findme")
    page = browser.get("/alerts/events/?q=findme").content.decode()
    assert f"/alerts/events/{event.id}/" in page
    shown = browser.get(f"/alerts/events/{event.id}/").content.decode()
    assert escape('"subject": "drafts/7"') in shown
    assert event.hash in shown
    assert browser.get("/alerts/events/?start=soon").status_code == 400


def test_the_catalogue_shows_each_type_with_its_schema(browser):
    assert "mlops.run.failed" in browser.get("/alerts/events/types/").content.decode()
    assert "run_id" in browser.get("/alerts/events/types/mlops.run.failed/").content.decode()
