"""Class: calls that the server makes on somebody's word (CVE-2023-6974, CVE-2025-52967, CVE-2026-2393, CVE-2026-64849,
CVE-2026-115886).

Whoever names an address gets it judged by the number that it leads to, at the moment of the call, and for every
redirect; the call goes to the judged number, so that a name which changes meanwhile (DNS rebinding) gains nothing."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from mlops.alerts.outside import call, require_public
from mlops.blocks.fetching import fetch
from mlops.formats.refusal import Refusal
from mlops.packaging.images.references import Reference
from mlops.packaging.images.registries import Repository

INNER = (
    "127.0.0.1", "localhost", "127.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1", "10.0.0.1",
    "172.16.0.1", "192.168.1.1", "169.254.169.254", "2852039166", "100.100.100.200", "100.64.0.1", "[::]", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]",
    "[fd00:ec2::254]", "[fc00::1]", "[ff02::1]", "224.0.0.1", "255.255.255.255", "192.0.0.192", "168.63.129.16",
    "[::ffff:168.63.129.16]", "198.18.0.1",
    "\u2460\u2461\u2466.0.0.1", "\uff11\uff12\uff17.0.0.1",
)  # fmt: skip
SCHEMES = (
    "file:///etc/passwd",
    "gopher://h/x",
    "ftp://h/x",
    "dict://h:11211/x",
    "ldap://h/",
    "jar:http://h!/x",
    "//h/x",
)


def code_of(asked: Any) -> str:
    with pytest.raises(Refusal) as told:
        asked()
    assert told.value.hint
    return told.value.code


@pytest.mark.parametrize("host", INNER)
def test_addresses_of_inner_networks_are_called_by_nobody(host, db, tmp_path):
    assert code_of(lambda: require_public(f"https://{host}/hook")) in ("address_not_public", "host_unknown")
    assert code_of(lambda: fetch(f"https://{host}/x", tmp_path / "x", most_bytes=9)) in (
        "address_not_public", "import_failed", "fetch_failed",
    )  # fmt: skip


@pytest.mark.parametrize("url", [*SCHEMES, "https://me:secret@example.org/", "https://[bad/", "https://h:99999/", ""])
def test_what_is_no_web_address_is_called_by_nobody(url, db, tmp_path):
    assert code_of(lambda: require_public(url))
    assert code_of(lambda: fetch(url, tmp_path / "x", most_bytes=9))


@contextmanager
def server(answer: Any):
    """An HTTP server on loopback that answers as told, and its requests."""
    seen: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            status, headers = answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_POST = do_PUT = do_GET

        def log_message(self, *_args: object) -> None:
            return None

    found = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found.server_port, seen
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


def test_a_redirect_to_an_inner_address_is_not_followed_by_downloads(tmp_path):
    with server(lambda _asked: (302, {"Location": "http://127.0.0.1:1/secret"})) as (port, seen):
        told = lambda: fetch(  # noqa: E731
            f"http://localhost:{port}/a", tmp_path / "x", most_bytes=9, private_hosts={"localhost"}
        )
        assert code_of(told) == "address_not_public"
        assert seen == ["/a"]


def test_a_name_that_changes_after_it_was_judged_gains_nothing(db, tmp_path, settings, monkeypatch):
    settings.ALLOWED_PRIVATE_HOSTS = "rebound.example"
    plain, asked = socket.getaddrinfo, []

    def resolved(host: Any, *more: Any, **rest: Any) -> Any:
        if host != "rebound.example":
            return plain(host, *more, **rest)
        asked.append(host)
        return plain("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *more, **rest)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with server(lambda _asked: (200, {})) as (port, seen):
        url = f"http://rebound.example:{port}"
        fetch(f"{url}/a", tmp_path / "x", most_bytes=9, private_hosts={"rebound.example"})
        assert (seen, len(asked)) == (["/a"], 1)
        asked.clear()
        assert call("GET", f"{url}/b", b"", {}).status == 200
        assert (seen, len(asked)) == (["/a", "/b"], 1)


def test_a_registry_leads_to_no_other_inner_address(db, tmp_path):
    with server(lambda _asked: (200, {})) as (other, others):
        for leads in (
            lambda _asked: (302, {"Location": f"http://127.0.0.1:{other}/secret"}),
            lambda _asked: (401, {"WWW-Authenticate": f'Bearer realm="http://127.0.0.1:{other}/token"'}),
            lambda _asked: (302, {"Location": "http://169.254.169.254/latest/meta-data"}),
        ):
            with server(leads) as (port, _seen):
                registry = Repository(Reference(registry=f"localhost:{port}", repository="a/b", tag="1"))
                assert code_of(lambda registry=registry: registry.manifest("1")) == "address_not_public"
                registry.close()
        assert others == []


def test_the_address_where_clouds_tell_secrets_is_no_registry(db):
    for host in ("169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "224.0.0.1"):
        registry = Repository(Reference(registry=host, repository="a/b", tag="1"))
        assert code_of(lambda registry=registry: registry.manifest("1")) == "address_not_public"
        registry.close()


def test_hooks_channels_and_subscriptions_with_inner_addresses_are_not_made(world, people, send):
    for path, body in (
        ("/api/v1/alert-channels/", {"kind": "webhook", "name": "evil", "options": {"url": "http://169.254.169.254/"}}),
        ("/api/v1/event-subscriptions/", {"name": "evil", "url": "https://[::ffff:127.0.0.1]/"}),
        ("/api/2.0/mlflow/webhooks", {"name": "evil", "url": "http://127.0.0.1:1/", "events": [
            {"entity": "REGISTERED_MODEL", "action": "CREATED"}]}),
    ):  # fmt: skip
        answer = send("POST", path, {"project": world["slug"], **body}, session=people["owner"])
        assert answer.status_code in (400, 401, 403, 404, 422), (path, answer.status_code, answer.told[:200])
