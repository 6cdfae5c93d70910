"""Recorded requests: kept where they are asked for, the newest ones, and forgotten when the recording ends."""

from __future__ import annotations

import json

import pytest

from mlops.router.recordings import MOST_BODY_BYTES, MOST_BYTES, Recording
from tests.router.test_router import ask, backends, deployment, endpoint, router, write_table
from tests.scoring.running import wait_for


@pytest.fixture
def front(tmp_path):
    table = tmp_path / "routing.json"
    with backends("main") as (main,):
        blue = deployment("blue", main, weight=100)
        write_table(table, endpoint(blue, record=2))
        with router(table) as (client, _):
            yield client, table, blue


def recorded(client) -> list[str] | None:
    answer = client.get("/-/recorded", params={"endpoint": endpoint().id})
    return [json.loads(line) for line in answer.text.splitlines()] if answer.status_code == 200 else None


def test_the_newest_bodies_are_told_oldest_first_and_forgotten_when_it_ends(front):
    client, table, blue = front
    for body in (b'{"data": [1]}', b'{"data": [2]}', '{"data": ["ü"]}'.encode()):
        assert ask(client, content=body).status_code == 200
    assert recorded(client) == ['{"data": [2]}', '{"data": ["ü"]}']
    assert client.head("/-/recorded", params={"endpoint": endpoint().id}).headers["x-mlops-count"] == "2"
    write_table(table, endpoint(blue), revision=2)
    wait_for(lambda: recorded(client) is None, seconds=10)


def test_memory_is_bounded_by_bytes_and_large_bodies_are_left_out():
    kept = Recording(1_000_000)
    kept.add(b"x" * (MOST_BODY_BYTES + 1))
    for _ in range(MOST_BYTES // MOST_BODY_BYTES + 50):
        kept.add(b"x" * MOST_BODY_BYTES)
    assert kept.left_out == 1
    assert sum(map(len, kept.bodies())) <= MOST_BYTES
