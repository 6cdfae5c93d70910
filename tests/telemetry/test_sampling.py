"""Looks add up to minutes."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mlops.deployments.models import Deployment
from mlops.telemetry.models import LoadMinute
from mlops.telemetry.sampling import look
from tests.telemetry.conftest import told

pytestmark = pytest.mark.django_db


def minute(blue: Deployment) -> LoadMinute:
    return LoadMinute.objects.filter(deployment=blue).latest("minute")


def test_requests_in_hand_are_averaged_and_the_most_is_kept(endpoint, blue):
    for in_flight in (1, 5, 3):
        look(told(endpoint, in_flight=in_flight))
    found = minute(blue)
    assert (found.in_flight / found.looks, found.in_flight_most) == (3, 5)
    assert found.possible / found.looks == 2  # two servers with one processor each


def test_only_what_came_since_the_last_look_is_added(endpoint, blue):
    look(told(endpoint, statuses={"200": 10}, queued=10, queue_seconds=1.0))
    look(told(endpoint, statuses={"200": 12, "503": 1}, queued=12, queue_seconds=2.0))
    found = minute(blue)
    assert found.statuses == {"200": 12, "503": 1}
    assert (found.queued, found.queue_seconds) == (12, 2.0)


def test_a_router_that_was_started_anew_counts_from_zero(endpoint, blue):
    look(told(endpoint, statuses={"200": 10}, queued=10))
    look(told(endpoint, started=2.0, statuses={"200": 3}, queued=3))
    assert (minute(blue).statuses, minute(blue).queued) == ({"200": 13}, 13)


@pytest.fixture
def server():
    """Tells that it used half a second more of the processor each time it is asked."""

    class Telling(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self) -> None:
            type(self).asked += 1
            text = f"process_cpu_seconds_total {self.asked / 2}\nprocess_resident_memory_bytes 5e8\n"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            return

    served = HTTPServer(("127.0.0.1", 0), Telling)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()


def test_processor_and_memory_are_asked_of_the_servers(endpoint, blue, server):
    Deployment.objects.filter(pk=blue.pk).update(replicas=[{"state": "ready", "url": server, "name": "1"}])
    for _ in range(2):
        look(told(endpoint))
    found = minute(blue)
    assert found.cpu_looks == 1  # the first look has nothing to compare with
    assert found.cpus > 0
    assert (found.memory_most_bytes, found.memory_possible_bytes) == (500_000_000, 1024**3)


def test_a_server_that_does_not_answer_is_left_out(endpoint, blue):
    Deployment.objects.filter(pk=blue.pk).update(
        replicas=[{"state": "ready", "url": "http://127.0.0.1:9", "name": "1"}]
    )
    look(told(endpoint))
    assert (minute(blue).looks, minute(blue).cpu_looks) == (1, 0)
