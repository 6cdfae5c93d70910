"""A real router that follows a control plane's table over HTTP, also while that is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from mlops.formats.serving import RoutingTable
from mlops.router import feed
from tests.router.test_router import KEY, backends, deployment, endpoint, write_table
from tests.scoring.running import answers, free_port, process, wait_for


class Control:
    """What a control plane says, and what it was told."""

    def __init__(self) -> None:
        self.table = RoutingTable(revision=1, endpoints=())
        self.token = "right"
        self.told: dict[str, str] = {}
        self.statuses: list[int] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        control = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                control.told = {key: one[0] for key, one in parse_qs(urlsplit(self.path).query).items()}
                mark = f'"{control.table.revision}"'
                is_known = self.headers.get("Authorization") == f"Bearer {control.token}"
                status = 304 if self.headers.get("If-None-Match") == mark else 200
                status = status if is_known else 401
                body = msgspec.json.encode(control.table) if status == 200 else b""
                control.statuses.append(status)
                self.send_response(status)
                self.send_header("ETag", mark)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def control() -> Iterator[Control]:
    made = Control()
    yield made
    made.end()


@pytest.fixture(autouse=True)
def _token(monkeypatch):
    monkeypatch.setenv("MLOPS_ROUTER_TOKEN", "right")


def following(folder, control: Control, port: int):
    words = ("--table", folder / "own" / "routing.json", "--port", str(port))
    words += ("--feed", f"http://127.0.0.1:{free_port()}", "--feed", f"http://127.0.0.1:{control.port}")
    return process("mlops.router", *words, "--name", "r1")


def score(url: str, *, deployment: str = "") -> int:
    wanted = {"azureml-model-deployment": deployment} if deployment else {}
    return httpx.post(f"{url}/endpoints/p/prices/score", headers=KEY | wanted).status_code


def test_it_follows_the_table_and_says_who_it_is(tmp_path, control):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with backends("one") as (one,), following(tmp_path, control, port):
        wait_for(lambda: answers(url, "/readyz"))
        assert score(url) == 404
        control.table = RoutingTable(revision=2, endpoints=(endpoint(deployment("blue", one, weight=100)),))
        wait_for(lambda: score(url) == 200, seconds=2)
        wait_for(lambda: control.told.get("revision") == "2", seconds=3)
        assert control.told["router"] == "r1"
        assert control.told["address"].endswith(f":{port}")
        wait_for(lambda: control.statuses[-1] == 304)


def test_a_deployment_is_known_at_its_first_request(tmp_path, control):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with backends("one", "two") as (one, two), following(tmp_path, control, port):
        blue = deployment("blue", one, weight=100)
        control.table = RoutingTable(revision=2, endpoints=(endpoint(blue),))
        wait_for(lambda: answers(url, "/readyz") and score(url) == 200)
        for number in range(8):  # wherever in the router's turn it comes
            name = f"green{number}"
            assert score(url, deployment=name) == 404
            control.table = RoutingTable(revision=3 + number, endpoints=(endpoint(blue, deployment(name, two)),))
            assert score(url, deployment=name) == 200
        control.token = "another"
        assert score(url, deployment="red") == 404


def test_it_starts_with_the_last_table_and_says_that_nobody_confirms_it(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (tmp_path / "own").mkdir()
    with backends("one") as (one,):
        write_table(tmp_path / "own" / "routing.json", endpoint(deployment("blue", one, weight=100)), revision=7)
        words = ("--table", tmp_path / "own" / "routing.json", "--port", str(port))
        with process("mlops.router", *words, "--feed", f"http://127.0.0.1:{free_port()}"):
            wait_for(lambda: answers(url, "/readyz"))
            assert score(url) == 200
            wait_for(lambda: "not confirmed" in httpx.get(f"{url}/healthz").text, seconds=feed.BEHIND_SECONDS + 5)
            assert httpx.get(f"{url}/healthz").json()["table_revision"] == 7
            assert httpx.get(f"{url}/readyz").status_code == 200


def test_with_a_token_only_who_shows_it_is_told_what_was_counted(tmp_path, control):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with following(tmp_path, control, port):
        wait_for(lambda: answers(url, "/readyz"))
        assert httpx.get(f"{url}/-/stats").status_code == 403
        assert httpx.get(f"{url}/-/stats", headers={"authorization": "Bearer right"}).status_code == 200


def test_without_a_token_it_does_not_start(tmp_path, monkeypatch):
    monkeypatch.delenv("MLOPS_ROUTER_TOKEN")
    with process("mlops.router", "--table", tmp_path / "routing.json", "--feed", "http://127.0.0.1:1") as running:
        assert running.wait(20) == 2
