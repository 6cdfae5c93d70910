"""The engine and the registry of the tests are there: without them nothing else of the kind means anything."""

from __future__ import annotations

import httpx
import pytest

from tests.engine import PASSWORD_FILE, PUSHER, open_registry


def test_the_engine_answers(engine):
    assert engine.ping()


def test_the_registry_takes_part_in_the_protocol(registry):
    assert httpx.get(f"http://{registry.address}/v2/").json() == {}


def test_a_registry_with_a_password_refuses_strangers(tmp_path):
    with open_registry(tmp_path / "guarded", password_file=PASSWORD_FILE) as found:
        address = f"http://{found.address}/v2/"
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, auth=PUSHER).status_code == 200


@pytest.mark.parametrize("url", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_an_engine_that_does_not_answer_is_not_taken(url):
    from tests.engine import _answers

    assert not _answers(url)
