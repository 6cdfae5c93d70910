"""For machines: alive, ready with reasons, and counts."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from mlops.accounts.actions import create_first_administrator, create_token
from tests.work.rows import worker

pytestmark = pytest.mark.django_db


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def router(settings):
    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ROUTER_URL = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


def parts(client) -> dict[str, bool]:
    return {name: part["ok"] for name, part in client.get("/readyz").json()["parts"].items()}


def test_alive_needs_nothing(client):
    assert client.get("/healthz").content == b"ok"


def test_ready_when_every_part_answers(client, router):
    worker()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["ready"]) == (200, True)


def test_not_ready_without_a_worker_and_says_so(client, router):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["worker"]["reason"] == "No worker has reported yet."


def test_a_worker_that_fell_silent_is_missed(client, router):
    worker(seen_at=timezone.now() - timedelta(minutes=1))
    assert parts(client)["worker"] is False


def test_not_ready_without_the_router(client, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.ROUTER_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert parts(client) == {"database": True, "migrations": True, "blobs": True, "worker": False, "router": False}


def test_counts_are_for_administrators(client, owner):
    assert client.get("/metrics").status_code == 401
    client.force_login(owner)
    assert client.get("/metrics").status_code == 401
    admin, _password = create_first_administrator()
    secret = create_token(admin, name="prometheus", scopes="read")
    client.get("/healthz")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).content.decode()
    assert 'method="GET",route="/healthz",status="200"} ' in text
    assert 'mlops_collector_up{collector="queues"} 1' in text
    assert "} 0\n" not in "".join(line + "\n" for line in text.splitlines() if line.startswith("mlops_collector_up"))
    assert 'mlops_runs{state="failed"} 0' in text
    assert "# TYPE mlops_datasets gauge" in text


def test_the_scraper_reads_metrics_and_nothing_else(client, monkeypatch):
    monkeypatch.setenv("MLOPS_METRICS_TOKEN", "scrape-me-please")
    headers = {"Authorization": "Bearer scrape-me-please"}
    assert client.get("/metrics", headers=headers).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer scrape-me"}).status_code == 401
    assert client.get("/api/v1/models/", headers=headers).status_code == 401


def test_what_metrics_tell_is_as_prometheus_wants_it(client, monkeypatch):
    """promtool reads each family, and finds no fault with its name, type and help."""
    import subprocess

    from mlops.work import tallies

    tallies.observe("mlops_step_seconds", 3.0, state="completed")
    monkeypatch.setenv("MLOPS_METRICS_TOKEN", "scrape-me-please")
    told = client.get("/metrics", headers={"Authorization": "Bearer scrape-me-please"}).content
    assert b'mlops_step_seconds_bucket{state="completed",le="5"} 1' in told
    checked = subprocess.run(["promtool", "check", "metrics"], input=told, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")
