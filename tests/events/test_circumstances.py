"""How an act was done is kept with its event."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from mlops.accounts.actions import create_token
from mlops.events.models import Event

pytestmark = pytest.mark.django_db


def test_door_token_request_and_reason_are_told(client, owner):
    secret = create_token(owner, name="nightly", expires=timedelta(days=1))
    headers = {"Authorization": f"Bearer {secret}", "X-Request-ID": "build-42", "X-Reason": quote("für den Umzug")}
    answer = client.post("/api/v1/tokens/", {"name": "second"}, content_type="application/json", headers=headers)
    told = Event.objects.latest("seq")
    assert answer.headers["X-Request-ID"] == "build-42"
    assert told.via == {"door": "rest", "request": "build-42", "address": "127.0.0.1", "token": "nightly"}
    assert told.reason == "für den Umzug"
    assert secret not in str(told.__dict__)


def test_a_request_without_an_id_gets_one(client):
    answer = client.get("/healthz", headers={"X-Request-ID": "bad\tid"})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_traceparent_gives_the_id_and_a_problem_tells_it(client):
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = client.get("/api/v1/nowhere/", headers={"traceparent": parent})
    assert answer.headers["X-Request-ID"] == answer.json()["correlation_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    page = client.get("/nowhere/", headers={"X-Request-ID": "click-3"})
    assert "click-3" in page.content.decode()


def test_the_audit_page_and_file_are_for_administrators(client, admin_user, owner, project):
    client.force_login(admin_user)
    assert "Not checked yet" in client.get("/alerts/audit/").content.decode()
    assert "Whole" in client.post("/alerts/audit/", follow=True).content.decode()
    exported = b"".join(client.get("/api/v1/audit/export/").streaming_content)
    assert b'"scope":"server"' in exported
    client.force_login(owner)
    assert client.get("/alerts/audit/").status_code == 403
    own = client.get(f"/api/v1/audit/export/?project={project.slug}")
    assert b'"scope":"projects/' in b"".join(own.streaming_content)
