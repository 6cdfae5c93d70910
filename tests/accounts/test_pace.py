"""How often one may ask."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.accounts import pace
from mlops.accounts.actions import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counts():
    pace.forget()
    yield
    pace.forget()


def statuses(client, times: int, **headers: str) -> list[int]:
    return [client.get("/api/v1/me/", headers=headers).status_code for _number in range(times)]


def test_an_address_that_nobody_signed_in_at_is_slowed_down(client, settings):
    settings.RATE_ADDRESS = 2
    assert statuses(client, 4) == [401, 401, 429, 429]
    answer = client.get("/api/v1/me/")
    assert (answer.json()["code"], 1 <= int(answer.headers["Retry-After"]) <= 60) == ("too_many_requests", True)
    assert statuses(Client(REMOTE_ADDR="203.0.113.8"), 1) == [401]


def test_people_are_counted_by_themselves_and_only_where_it_is_set(owner, stranger, settings):
    tokens = [f"Bearer {create_token(person, name='x')}" for person in (owner, stranger)]
    settings.RATE_ADDRESS = 1
    assert statuses(Client(), 5, Authorization=tokens[0]) == [200] * 5
    settings.RATE_PERSON = 2
    assert statuses(Client(), 3, Authorization=tokens[0]) == [200, 200, 429]
    assert statuses(Client(), 1, Authorization=tokens[1]) == [200]


def test_the_window_slides_and_memory_is_bounded():
    assert [pace.wait_of("x", "a", most=1, seconds=0.01) > 0 for _number in range(2)] == [False, True]
    import time

    time.sleep(0.02)
    assert pace.wait_of("x", "a", most=1, seconds=0.01) == 0
    for number in range(pace.MOST_KEYS + 50):
        pace.wait_of("y", str(number), most=1, seconds=60)
    assert len(pace._asked) <= pace.MOST_KEYS + 1
