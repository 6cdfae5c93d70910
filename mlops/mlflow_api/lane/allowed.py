"""What was asked of rights, as everywhere, and is remembered for as long as nothing can have changed.

SQLite tells whether any other connection has committed since this one last looked (`PRAGMA data_version`); this one
changes no rights, and so what it has found stays true until then. Other databases tell no such thing: there the newest
event is looked at, since every act records one, and nothing is believed for more than a few seconds. What ends without
an event, as the token of a step does, is asked anew for each group of calls."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller, by_token, projects_of
from mlops.mlflow_api.finding import active_run, default_experiment, project_of
from mlops.mlflow_api.lane.calls import Call, Search
from mlops.runs.models import Run

MOST_SECONDS = 30.0
"""The use of a token is noted each minute."""
MOST_SECONDS_BY_EVENTS = 3.0
MOST_KNOWN = 1_000
NEWEST = f"SELECT coalesce(max(seq), 0) FROM {Event._meta.db_table}"

Fact = TypeVar("Fact")


class Memory(Generic[Fact]):
    """For one thread with one connection."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[Fact, datetime | None]] = {}
        """Each with the time until which it holds."""
        self.version: int | None = None
        """Of the database, as of which all of it is true."""
        self._since = 0.0

    def look(self) -> None:
        """Once for each group of calls: forgets what may no longer be true."""
        version = _version()
        if version != self.version or self._is_old:
            self.forget()
            self.version, self._since = version, time.monotonic()

    def rely(self) -> None:
        """Instead of a look, where what is done with the facts asks for the newest event by itself."""
        if self.version is None or self._is_old:
            self.look()

    @property
    def _is_old(self) -> bool:
        most = MOST_SECONDS if connection.vendor == "sqlite" else MOST_SECONDS_BY_EVENTS
        return time.monotonic() - self._since > most or len(self._known) > MOST_KNOWN

    def forget(self) -> None:
        """Also where the connection changes, for each counts for itself."""
        self._known.clear()
        self.version = None

    def _still(self, key: tuple[str, ...]) -> Fact | None:
        fact, until = self._known.get(key, (None, None))
        return fact if until is None or until > timezone.now() else None


class Allowed(Memory[Run]):
    """The run that a caller may log to."""

    def run_of(self, call: Call) -> Run | None:
        """None where the call must be refused."""
        key = (call.secret, call.workspace, call.run_id)
        if (known := self._still(key)) is not None:
            return known
        try:
            caller = by_token(call.secret, call.workspace)
            run = active_run(caller, call.run_id) if caller.may_write else None
        except Refusal:
            return None
        if run is not None and (connection.vendor == "sqlite" or caller.run is None):
            self._known[key] = run, caller.until
        return run


@dataclass
class Scope:
    """What a person's token reads."""

    caller: Caller
    projects: list[UUID]

    @cached_property
    def default_experiment(self) -> UUID:
        return default_experiment(project_of(self.caller)).pk


class Scopes(Memory[Scope]):
    def scope_of(self, search: Search) -> Scope | None:
        """None where the search must be refused, or is of a step."""
        key = (search.secret, search.workspace)
        if (known := self._still(key)) is not None:
            return known
        try:
            caller = by_token(search.secret, search.workspace)
        except Refusal:
            return None
        if caller.run is not None:
            return None
        scope = Scope(caller, list(projects_of(caller).values_list("pk", flat=True)))
        self._known[key] = scope, caller.until
        return scope


def _version() -> int:
    asked = "PRAGMA data_version" if connection.vendor == "sqlite" else NEWEST
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return int(cursor.fetchone()[0])
