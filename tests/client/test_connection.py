"""Lists come page after page, to the last."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from mlops.client.connection import Connection
from mlops.client.credentials import Credentials

PAGES = 4


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        place = int(parse_qs(urlsplit(self.path).query).get("cursor", ["0"])[0])
        following = f"http://{self.headers['host']}/api/v1/rows/?cursor={place + 1}" if place + 1 < PAGES else None
        body = json.dumps({"results": [place], "next": following}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_page_is_fetched_once(url: str) -> None:
    assert Connection(Credentials(url=url, token="t", origin="test")).all("rows/") == list(range(PAGES))
