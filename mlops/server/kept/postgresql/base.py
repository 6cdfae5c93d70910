"""PostgreSQL, with connections that are kept."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from mlops.server.kept.idle import Idle


def _lives(connection: Any) -> bool:
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


idle = Idle(lives=_lives)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        kept = idle.take(_place(conn_params))
        if kept is None:
            return super().get_new_connection(conn_params)
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED  # as the settings leave it
        return kept

    def _close(self) -> None:
        if self.connection is None:
            return
        if not self._is_clean() or not idle.give(_place(self.get_connection_params()), self.connection):
            super()._close()  # type: ignore[misc]

    def _is_clean(self) -> bool:
        if self.errors_occurred or self.connection.closed:
            return False
        return bool(self.connection.info.transaction_status == TransactionStatus.IDLE)


def _place(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(told.get(name)) for name in ("host", "port", "dbname", "user", "password"))
