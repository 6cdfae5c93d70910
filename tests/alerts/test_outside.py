"""Calls to the outside: what may be called, and how."""

from __future__ import annotations

import socket
import time

import pytest

from mlops.alerts.outside import post, require_public
from mlops.alerts.pinned import exchange
from mlops.formats.refusal import Refusal
from tests.alerts.sink import running_sink

pytestmark = pytest.mark.django_db


def refused(url: str) -> str:
    with pytest.raises(Refusal) as caught:
        require_public(url)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "[::1]", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[ff02::1]", "[::7f00:1]", "[fec0::1]", "2130706433", "0x7f000001",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(host):
    assert refused(f"https://{host}/hook") == "address_not_public"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://93.184.216.34/x", "url_invalid"),
        ("https:///x", "url_invalid"),
        ("https://93.184.216.34:99999/", "url_invalid"),
        ("https://me:secret@93.184.216.34/", "url_invalid"),
        ("http://93.184.216.34/x", "https_required"),
        ("https://no-such-host.invalid/", "host_unknown"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused(url, code):
    assert refused(url) == code


def test_a_public_address_may_be_called():
    assert require_public("https://93.184.216.34/hook").addresses == ("93.184.216.34",)


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "other.example, localhost", "::1, 127.0.0.1"])
def test_an_administrator_allows_networks_addresses_and_hosts(settings, allowed):
    settings.ALLOWED_PRIVATE_HOSTS = allowed
    assert require_public("http://localhost:9/hook").port == 9


def test_an_answer_has_status_headers_and_the_first_bytes(sink):
    sink.answer = lambda call: (418, {"Retry-After": "7"}, b"x" * 50_000)
    answer = post(sink.url, b"{}", {"content-type": "application/json", "x-mark": "1"})
    assert (answer.status, answer.headers["retry-after"], len(answer.body)) == (418, "7", 16_384)
    assert (sink.calls[0].body, sink.calls[0].headers["x-mark"]) == (b"{}", "1")
    assert not answer.is_success


def test_a_redirect_is_not_followed(sink):
    with running_sink() as other:
        sink.answer = lambda call: (302, {"Location": other.url}, b"")
        assert post(sink.url, b"{}", {}).status == 302
        assert other.calls == []


def test_the_judged_address_is_connected_to_whatever_the_name_says_later(sink):
    """What a changed name server answers between the check and the call plays no part."""
    checked = require_public(sink.url)
    moved = sink.url.replace("127.0.0.1", "rebound.invalid")
    assert exchange("POST", moved, b"{}", {}, checked=checked, timeout=5).status == 200
    assert sink.calls[0].headers["host"].startswith("rebound.invalid")


def test_a_proxy_of_the_environment_is_not_used(sink, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(sink.url, b"{}", {}).status == 200


def test_a_receiver_that_says_nothing_is_left_at_the_deadline(loopback_allowed):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Refusal, match=r"within 0\.3 seconds"):
            post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {}, timeout=0.3)
    assert time.monotonic() - began < 2


def test_a_receiver_that_dawdles_is_left_at_the_deadline(sink):
    sink.answer = lambda call: (time.sleep(1.0), (200, {}, b""))[1]
    with pytest.raises(Refusal, match=r"within 0\.4 seconds"):
        post(sink.url, b"{}", {}, timeout=0.4)


def test_a_closed_port_is_told_as_unreachable(loopback_allowed):
    with pytest.raises(Refusal) as caught:
        post("http://127.0.0.1:1/", b"{}", {})
    assert caught.value.code == "sink_unreachable"
