"""Rows are locked so that nobody who records an event meanwhile waits for them.

An insert asks PostgreSQL for a share of the keys of the rows that it names, at the end of its transaction, when it has
the head of the chain of events. A lock that refuses that share, and whose holder records an event, is a deadlock."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from mlops.accounts.standing import _locked
from mlops.events.chain import record

ROOT = Path(__file__).resolve().parents[2]
KEYS_TOO = {
    "mlops/accounts/factors/passkeys.py": "the rows are deleted",
    "mlops/bin/deletion.py": "the rows are deleted, and nobody may begin to name them",
    "mlops/datasets/failed.py": "the row is deleted",
    "mlops/events/audit/watching.py": "the head of the chain itself, which no row names",
    "mlops/events/chain.py": "the head of the chain itself, which no row names",
    "mlops/runs/deletion.py": "the rows are deleted, and nobody may begin to name them",
}
PATIENCE_SECONDS = 1.0
"""More than the other takes to get as far as it can."""


def test_a_lock_leaves_the_key_of_its_row_to_others_but_where_the_row_goes():
    assert {path for path, names in _locks() if "no_key" not in names} == set(KEYS_TOO)


def _locks() -> Iterator[tuple[str, set[str | None]]]:
    for top in ("mlops", "designer"):
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text()
            if "select_for_update" not in text:
                continue
            for one in ast.walk(ast.parse(text)):
                if isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "select_for_update":
                    yield str(path.relative_to(ROOT)), {word.arg for word in one.keywords}


@pytest.mark.django_db(transaction=True)
def test_an_act_on_a_person_and_one_by_that_person_do_not_wait_for_each_other():
    person, other = User.objects.create_user("ada"), User.objects.create_user("root", is_superuser=True)
    has_head, has_person = threading.Event(), threading.Event()
    failed: list[Exception] = []

    def on_a_person() -> None:
        try:
            with transaction.atomic():
                _locked(person)
                has_person.set()
                has_head.wait(PATIENCE_SECONDS)
                _record(other, person)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=on_a_person)
    with transaction.atomic():
        thread.start()
        has_person.wait(PATIENCE_SECONDS)  # in vain on SQLite, where the other begins after our end
        _record(person, person)
        has_head.set()
        thread.join(PATIENCE_SECONDS)
    thread.join(30)
    assert failed == []


def _record(actor: User, person: User) -> None:
    record(actor, "mlops.account.link_made", subject=f"people/{person.get_username()}")
