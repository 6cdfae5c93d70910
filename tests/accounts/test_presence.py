"""Noting visits never fails a page."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError

from mlops.accounts.presence import _note_visit
from mlops.accounts.sessions import seen


class Busy:
    def update(self, **_facts: Any) -> int:
        raise OperationalError("database is locked")


def test_a_visit_that_a_busy_database_does_not_take_is_noted_by_the_next(caplog):
    seen["a key"] = 1.0
    _note_visit(Busy(), "a key", address="203.0.113.5")  # type: ignore[arg-type]
    assert "a key" not in seen
    assert "database is locked" in caplog.text
