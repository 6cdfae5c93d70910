"""Answers searches of runs: a few threads, each with a kept connection and a memory of who may read what."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import msgspec
from django.db import connection

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.lane.allowed import Scope, Scopes
from mlops.mlflow_api.lane.calls import Search
from mlops.mlflow_api.searches import experiments_named, found_runs, found_while

AT_ONCE = 2
log = logging.getLogger(__name__)


class Reader:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="searches")
        self._own = threading.local()

    async def answer(self, search: Search) -> bytes | None:
        """The answer as JSON; None where Django has to say why there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, search)

    def stop(self) -> None:
        for _thread in range(AT_ONCE):
            self._threads.submit(connection.close)
        self._threads.shutdown()

    def _answer(self, search: Search) -> bytes | None:
        scopes: Scopes | None = getattr(self._own, "scopes", None)
        if scopes is None:
            scopes = self._own.scopes = Scopes()
        try:
            if connection.vendor == "postgresql" and (found := _found_at_once(search, scopes)) is not None:
                return found
            scopes.look()
            scope = scopes.scope_of(search)
            if scope is None:
                return None
            answer = found_runs(scope.caller, search.given, _experiments(search, scope), scope.projects)
            return msgspec.json.encode(answer)
        except Refusal:
            return None
        except Exception:
            log.warning("A search of runs is answered the long way.", exc_info=True)
            scopes.forget()
            connection.close()
            return None


def _found_at_once(search: Search, scopes: Scopes) -> bytes | None:
    """With the newest event asked beside the runs. None where there is a newer one, or the search must be refused."""
    scopes.rely()
    scope = scopes.scope_of(search)
    if scope is None or scopes.version is None:
        return None
    found = found_while(
        scope.caller, search.given, _experiments(search, scope), scope.projects, newest_event=scopes.version
    )
    return None if found is None else msgspec.json.encode(found)


def _experiments(search: Search, scope: Scope) -> list[UUID]:
    return experiments_named(search.given, lambda: scope.default_experiment)
