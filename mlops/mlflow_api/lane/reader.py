"""Answers searches of runs: a few threads, each with a kept connection and a memory of who may read what."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
from django.db import connection

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.lane.allowed import Scopes
from mlops.mlflow_api.lane.calls import Search
from mlops.mlflow_api.searches import experiments_named, found_runs

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
            scopes.look()
            scope = scopes.scope_of(search)
            if scope is None:
                return None
            experiments = experiments_named(search.given, lambda: scope.default_experiment)
            return msgspec.json.encode(found_runs(scope.caller, search.given, experiments, scope.projects))
        except Refusal:
            return None
        except Exception:
            log.warning("A search of runs is answered the long way.", exc_info=True)
            scopes.forget()
            connection.close()
            return None
