"""Connections of the web process: given from one request's thread to the next, unless something is odd about them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections

from mlops.server.kept.sqlite3 import base

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]


@pytest.fixture
def wrapper(tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """A new one, as each thread has its own, to one file."""
    told = connections["default"].settings_dict | {"NAME": str(tmp_path / "one.sqlite3"), "OPTIONS": {}}
    yield lambda: base.DatabaseWrapper(dict(told), "default")
    while base.idle._kept:
        base.idle._kept.pop()[1].close()


def inner(made: Any) -> Any:
    made.ensure_connection()
    return made.connection


def test_the_next_thread_takes_the_connection_of_the_last(wrapper):
    one, found = wrapper(), []
    kept = inner(one)
    one.close()
    thread = threading.Thread(target=lambda: found.append(inner(wrapper())))
    thread.start()
    thread.join()
    assert found == [kept]


def test_two_at_once_never_share_one(wrapper):
    one = wrapper()
    first = inner(one)
    assert inner(wrapper()) is not first


def test_one_that_is_left_in_a_transaction_or_after_a_fault_is_not_kept(wrapper):
    open_one = wrapper()
    inner(open_one)
    open_one.cursor().execute("BEGIN")
    open_one.cursor().execute("CREATE TABLE a (b)")
    open_one.close()
    faulty = wrapper()
    with pytest.raises(DatabaseError):
        faulty.cursor().execute("SELECT nothing FROM nowhere")
    faulty.close()
    assert base.idle._kept == []
    with pytest.raises(DatabaseError):  # what was open is rolled back
        wrapper().cursor().execute("SELECT * FROM a")


def test_a_file_that_was_put_in_its_place_is_opened_anew(wrapper, tmp_path):
    one = wrapper()
    one.cursor().execute("CREATE TABLE a (b)")
    one.close()
    (tmp_path / "one.sqlite3").rename(tmp_path / "old.sqlite3")
    with pytest.raises(DatabaseError):
        wrapper().cursor().execute("SELECT * FROM a")


def test_few_are_kept_and_the_rest_are_closed(wrapper):
    many = [wrapper() for _each in range(6)]
    for one in many:
        inner(one)
    for one in many:
        one.close()
    assert len(base.idle._kept) == 4


def test_foreign_keys_and_transactions_hold_in_a_kept_one(wrapper):
    one = wrapper()
    one.cursor().execute("CREATE TABLE a (b)")
    one.close()
    other = wrapper()
    other.ensure_connection()
    assert other.cursor().execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert other.get_autocommit()
    assert not other.in_atomic_block
