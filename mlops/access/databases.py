"""A database or a disk that does not take something now: what is a matter of waiting, and the refusal that says so."""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

RETRY_SECONDS = 5
BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
"""The last: it came to no reading of the log beside many others, however often it tried."""
PASSING_STATES = ("08", "57P", "53300", "40001", "40P01", "55P03")
"""How states of PostgreSQL begin that pass: out of reach, stopping or starting, all its connections taken, a deadlock
or a lock that did not come."""

FULL_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
FULL_STATE = "53100"
FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT)


class NoConnection(OperationalError):
    """All connections that this process may have are in use."""

    def __init__(self, *, most: int, waited_seconds: float) -> None:
        super().__init__(f"All {most} connections to the database were in use for {waited_seconds:g} s.")
        self.most = most


def waiting_refusal(error: BaseException | None) -> Refusal | None:
    """None where to wait would be of no use, as with a table that is not there."""
    if is_full(error):
        return _full()
    if not is_passing(error):
        return None
    hint = _("Try again in a moment. If you changed something, look first whether it is there already.")
    if isinstance(error, NoConnection):
        told = _("All %(most)d connections of this process to the database are in use.") % {"most": error.most}
        hint = _("Try again in a moment. If it happens often, an administrator can raise MLOPS_DATABASE_CONNECTIONS.")
        refusal = Refusal("connections_in_use", told, hint=hint, status=503)
    else:
        told = _("The database is too busy to take this, or out of reach.")
        refusal = Refusal("database_away", told, hint=hint, status=503)
    refusal.retry_after = RETRY_SECONDS
    return refusal


def _full() -> Refusal:
    refusal = Refusal(
        "disk_full",
        _("The disk of this server is full, so nothing was kept."),
        hint=_("An administrator has to make room where the data and the database lie; then do it again."),
        status=503,
    )
    refusal.retry_after = RETRY_SECONDS
    return refusal


def is_full(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL_NUMBERS
    cause: Any = error.__cause__ if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0)
        return code & 0xFF in FULL_CODES or code in FULL_CODES
    return getattr(cause, "sqlstate", None) == FULL_STATE


def is_passing(error: BaseException | None) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if isinstance(error, NoConnection):
        return True
    cause: Any = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in BUSY_CODES
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(PASSING_STATES)
