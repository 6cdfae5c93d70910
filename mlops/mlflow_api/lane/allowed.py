"""The run that a caller may log to, asked as everywhere, and remembered for as long as nothing can have changed.

SQLite tells whether any other connection has committed since this one last looked (`PRAGMA data_version`); this one
writes metrics alone, and so what it has found stays true until then. Other databases tell no such thing: there the
newest event is looked at, since every act records one, and nothing is believed for more than a few seconds. What ends
without an event, as the token of a step does, is asked anew for each group of calls."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import connection
from django.utils import timezone

from mlops.alerts.subscriptions.handing_out import newest
from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import by_token
from mlops.mlflow_api.finding import active_run
from mlops.mlflow_api.lane.calls import Call
from mlops.runs import step_tokens
from mlops.runs.models import Run

MOST_SECONDS = 30.0
"""The use of a token is noted each minute."""
MOST_SECONDS_BY_EVENTS = 3.0
MOST_KNOWN = 1_000

Known = tuple[Run, datetime | None]


class Allowed:
    """For one thread with one connection."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], Known] = {}
        self._version: int | None = None
        self._since = 0.0

    def look(self) -> None:
        """Once for each group: forgets what may no longer be true."""
        version = _version()
        most = MOST_SECONDS if connection.vendor == "sqlite" else MOST_SECONDS_BY_EVENTS
        is_old = time.monotonic() - self._since > most or len(self._known) > MOST_KNOWN
        if version != self._version or is_old:
            self.forget()
            self._version, self._since = version, time.monotonic()

    def forget(self) -> None:
        """Also where the connection changes, for each counts for itself."""
        self._known.clear()
        self._version = None

    def run_of(self, call: Call) -> Run | None:
        """None where the call must be refused."""
        known = self._known.get(call.who_and_where)
        if known is None:
            known = _asked(call)
            if known is None:
                return None
            if connection.vendor == "sqlite" or not call.secret.startswith(step_tokens.PREFIX):
                self._known[call.who_and_where] = known
        run, until = known
        return run if until is None or until > timezone.now() else None


def _asked(call: Call) -> Known | None:
    try:
        caller = by_token(call.secret, call.workspace)
        return (active_run(caller, call.run_id), caller.until) if caller.may_write else None
    except Refusal:
        return None


def _version() -> int:
    if connection.vendor != "sqlite":
        return newest()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
