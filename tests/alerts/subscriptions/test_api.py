"""Subscriptions and events over REST."""

from __future__ import annotations

import csv
import io
import json

import pytest
from rest_framework.test import APIClient

from tests.alerts.subscriptions.conftest import deliver, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(contributor):
    client = APIClient()
    client.force_authenticate(contributor)
    return client


@pytest.fixture
def made(client, project, sink):
    body = {"project": project.slug, "name": "hook", "url": sink.url, "types": ["mlops.draft.*"]}
    return client.post("/api/v1/subscriptions/", body, format="json").json()


def test_a_subscription_tells_its_secret_once_and_its_address_never(client, made, sink):
    assert made["secret"].startswith("whsec_")
    shown = client.get(f"/api/v1/subscriptions/{made['id']}/")
    assert "secret" not in shown.json()
    assert sink.url not in shown.content.decode()
    assert (shown.json()["state"], shown.json()["types"]) == ("active", ["mlops.draft.*"])


def test_a_change_leaves_what_it_does_not_name(client, made):
    answer = client.patch(f"/api/v1/subscriptions/{made['id']}/", {"subject_begins_with": "drafts/1"}, format="json")
    assert (answer.json()["subject_begins_with"], answer.json()["types"]) == ("drafts/1", ["mlops.draft.*"])


def test_a_wrong_field_is_refused_with_the_nearest(client, made):
    answer = client.patch(f"/api/v1/subscriptions/{made['id']}/", {"typs": []}, format="json")
    assert (answer.status_code, answer.json()["hint"]) == (400, "Did you mean 'types'?")


def test_deliveries_are_listed_with_their_log_and_replayed(client, made, happen, sink):
    sink.answer = lambda call: (422, {}, b"what is this?")
    happen()
    for hour in range(9):
        deliver(later(hours=hour))
    path = f"/api/v1/subscriptions/{made['id']}/"
    (dead,) = client.get(f"{path}deliveries/?state=dead").json()["results"]
    log = client.get(f"{path}deliveries/{dead['id']}/").json()["log"]
    assert (len(log), log[0]["status"], log[0]["text"]) == (8, 422, "what is this?")
    assert client.post(f"{path}replay/", {"dead": True}, format="json").json() == {"count": 1}
    assert client.get(path).json()["deliveries"]["waiting"] == 1


def test_a_replay_says_what_it_replays(client, made):
    answer = client.post(f"/api/v1/subscriptions/{made['id']}/replay/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "replay_invalid")
    answer = client.post(f"/api/v1/subscriptions/{made['id']}/replay/", {"start": "yesterday"}, format="json")
    assert answer.json()["where"]["parameter"] == "start"


def test_events_are_filtered_and_shown_as_cloud_events(client, project, happen):
    event = happen("7", "x")
    found = client.get("/api/v1/events/?type=mlops.draft.*&subject=drafts/7&actor=carl").json()["results"]
    assert [one["id"] for one in found] == [str(event.id)]
    assert client.get(f"/api/v1/events/{event.id}/").json()["data"] == {"before": "", "after": "x"}
    assert client.get("/api/v1/events/?start=2999-01-01").json()["results"] == []
    assert client.get("/api/v1/events/?start=soon").json()["code"] == "moment_invalid"


def test_events_are_exported_as_lines_and_as_a_table(client, happen):
    for number in range(3):
        happen(str(number), f"=cmd{number}")
    query = "/api/v1/events/export/?type=mlops.draft.renamed"
    lines = b"".join(client.get(query).streaming_content).splitlines()
    assert [json.loads(line)["subject"] for line in lines] == ["drafts/0", "drafts/1", "drafts/2"]
    table = b"".join(client.get(f"{query}&as=csv").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["subject"] for row in rows] == ["drafts/0", "drafts/1", "drafts/2"]
    assert client.get(f"{query}&as=xml").json()["code"] == "format_unknown"


def test_each_type_has_its_schema(client):
    types = client.get("/api/v1/event-types/").json()["results"]
    assert len(types) >= 25
    assert [one["name"] for one in types if one["azure"]]
    assert client.get("/api/v1/event-types/mlops.run.failed/").json()["properties"]["run_id"]
    assert client.get("/api/v1/event-types/mlops.run.faild/").json()["hint"] == "Did you mean 'mlops.run.failed'?"


def test_administrators_allow_networks(client, admin_user, sink, settings):
    from mlops.alerts.outside import require_public
    from mlops.formats.refusal import Refusal

    settings.ALLOWED_PRIVATE_HOSTS = ""
    with pytest.raises(Refusal):
        require_public(sink.url)
    client.force_authenticate(admin_user)
    made = client.post("/api/v1/allowed-networks/", {"name": "127.0.0.0/8", "note": "tests"}, format="json").json()
    assert require_public(sink.url)
    for wrong in ("0.0.0.0/0", "300.1.1.1", "a b", "::/0", ""):
        assert client.post("/api/v1/allowed-networks/", {"name": wrong}, format="json").status_code == 400
    client.delete(f"/api/v1/allowed-networks/{made['id']}/")
    with pytest.raises(Refusal):
        require_public(sink.url)
