"""How many connections to PostgreSQL one web process uses at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dj_database_url
import psycopg
import pytest
from django.db import OperationalError, connections

from mlops.access.databases import NoConnection
from mlops.server.kept.places import Places
from mlops.server.kept.postgresql import base
from tests.services import QUICKLY, open_folder, postgres

pytestmark = pytest.mark.django_db


class Holder:
    pass


def test_who_finds_no_place_in_time_is_told_so():
    places, one = Places(lambda: 1, wait_seconds=0.1), Holder()
    give_back = places.take(one)
    with pytest.raises(NoConnection, match="All 1 connections"):
        places.take(Holder())
    give_back()
    assert places.take(one)


def test_who_waits_gets_the_place_that_becomes_free():
    places, one = Places(lambda: 1, wait_seconds=20), Holder()
    give_back = places.take(one)
    threading.Timer(0.1, give_back).start()
    assert places.take(one)


def test_a_place_is_given_back_once_also_by_a_holder_that_is_gone():
    places = Places(lambda: 1, wait_seconds=0.1)
    give_back = places.take(Holder())
    give_back()
    kept = Holder()
    places.take(kept)
    with pytest.raises(NoConnection):
        places.take(Holder())


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with open_folder() as folder, postgres(folder, settings=QUICKLY) as url:
        yield url


@pytest.fixture
def wrapper(server: str, settings: Any) -> Iterator[Callable[[], Any]]:
    settings.DATABASE_CONNECTIONS = 5
    told = connections["default"].settings_dict | {"OPTIONS": {}} | dj_database_url.parse(server)
    yield lambda: base.DatabaseWrapper(dict(told), "default")
    while base.idle._kept:
        base.idle._kept.pop()[1].close()


def test_many_threads_at_once_share_a_few_connections(wrapper, server):
    def ask(_number: int) -> int:
        made = wrapper()
        with made.cursor() as cursor:
            cursor.execute("SELECT count(*), pg_sleep(0.02) FROM pg_stat_activity WHERE application_name = ''"
                           " AND backend_type = 'client backend'")  # fmt: skip
            (count, _slept) = cursor.fetchone()
        made.close()
        return int(count)

    with ThreadPoolExecutor(40) as threads:
        counts = list(threads.map(ask, range(120)))
    assert len(counts) == 120
    assert max(counts) == 5


def test_a_connection_that_cannot_be_opened_holds_no_place(wrapper):
    for _each in range(8):
        made = wrapper()
        made.settings_dict["NAME"] = "nowhere"
        with pytest.raises(OperationalError, match="nowhere"):
            made.ensure_connection()
    assert wrapper().cursor()


def test_one_that_the_server_ended_gives_its_place_back(wrapper, server):
    for _each in range(8):
        made = wrapper()
        made.ensure_connection()
        with psycopg.connect(server, autocommit=True) as link:
            link.execute("SELECT pg_terminate_backend(%s)", [made.connection.info.backend_pid])
        with pytest.raises(OperationalError, match="terminating connection"):
            made.cursor().execute("SELECT 1")
        made.close()
    assert wrapper().cursor()
