"""PostgreSQL, with connections that are kept, and not more of them in use than the setting says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from mlops.server.kept.idle import Idle
from mlops.server.kept.places import Places


def _lives(connection: Any) -> bool:
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


idle = Idle(lives=_lives)
places = Places(lambda: settings.DATABASE_CONNECTIONS)


class DatabaseWrapper(base.DatabaseWrapper):
    _give_place_back: Callable[[], object] = staticmethod(lambda: None)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._give_place_back()
        self._give_place_back = places.take(self)
        try:
            return self._kept(conn_params) or super().get_new_connection(conn_params)
        except BaseException:
            self._give_place_back()
            raise

    def _kept(self, conn_params: dict[str, Any]) -> Any | None:
        kept = idle.take(_place(conn_params))
        if kept is not None:
            self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED  # as the settings leave it
        return kept

    def _close(self) -> None:
        if self.connection is None:
            return
        try:
            if not self._is_clean() or not idle.give(_place(self.get_connection_params()), self.connection):
                super()._close()  # type: ignore[misc]
        finally:
            self._give_place_back()

    def _is_clean(self) -> bool:
        if self.errors_occurred or self.connection.closed:
            return False
        return bool(self.connection.info.transaction_status == TransactionStatus.IDLE)


def _place(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(told.get(name)) for name in ("host", "port", "dbname", "user", "password"))
