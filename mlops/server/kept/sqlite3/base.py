"""SQLite, with connections that are kept. A file that was put in another's place is opened anew."""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.sqlite3 import base

from mlops.server.kept.idle import Idle

idle = Idle(lives=lambda _connection: True)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return idle.take(_file(conn_params["database"])) or super().get_new_connection(conn_params)

    def _close(self) -> None:
        is_clean = not self.errors_occurred and not self.connection.in_transaction
        if not is_clean or not idle.give(_file(self.settings_dict["NAME"]), self.connection):
            super()._close()  # type: ignore[misc]


def _file(name: Any) -> tuple[str, int, int]:
    try:
        told = os.stat(name)
    except OSError:
        return str(name), 0, 0
    return str(name), told.st_dev, told.st_ino
