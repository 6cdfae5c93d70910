"""Whether the server is being maintained. A file of the data directory says so, to every process there at once and
without a query; `mlops.administration.maintenance` writes it. The database has it too, for other machines: where it is
not SQLite, web processes and workers look each second and bring their own file up to date (`follow`)."""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import ServerFact
from mlops.formats.refusal import Refusal

FILE_NAME = "maintenance.json"
FACT = "maintenance"
FOLLOW_SECONDS = 1.0
USUAL_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 300, 3600


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    reason: str
    by: str
    """The name of who began it."""
    since: datetime
    until: datetime | None = None
    """When it is expected to end. It ends by somebody's word alone."""

    @property
    def is_overdue(self) -> bool:
        return self.until is not None and self.until < timezone.now()


def current() -> Maintenance | None:
    """None where the server is open, as it is where the file cannot be read as one of ours."""
    try:
        with open(os.path.join(settings.DATA_DIR, FILE_NAME), "rb") as file:  # for each request: a Path costs more
            return msgspec.json.decode(file.read(), type=Maintenance)
    except (OSError, msgspec.DecodeError):
        return None


def place() -> Path:
    return Path(settings.DATA_DIR) / FILE_NAME


def tell(found: Maintenance | None) -> None:
    """To all machines, in the transaction of the act that decides it; this one is told by `bring_up_to_date` after."""
    ServerFact.objects.update_or_create(name=FACT, defaults={"value": found and msgspec.to_builtins(found)})


def bring_up_to_date() -> None:
    """The file says what the database says. One that never said anything is of an older version: the file stays."""
    kept = ServerFact.objects.filter(name=FACT).first()
    if kept is None:
        return
    wanted = kept.value and msgspec.convert(kept.value, Maintenance)
    if wanted == current():
        return
    if wanted is None:
        place().unlink(missing_ok=True)
        return
    part = place().with_name(f".{FILE_NAME}.{os.getpid()}.{threading.get_ident()}")
    part.write_bytes(msgspec.json.encode(wanted))
    os.replace(part, place())


def follow() -> None:
    """In a thread of this process, for as long as it lives."""
    if connection.vendor != "sqlite":
        threading.Thread(target=_follow, name="maintenance", daemon=True).start()


def _follow() -> None:
    while True:
        try:
            bring_up_to_date()
        except (DatabaseError, OSError, msgspec.MsgspecError):  # it may be away; what was said last goes on
            logging.getLogger(__name__).debug("Whether this server is maintained could not be asked.", exc_info=True)
        close_old_connections()
        time.sleep(FOLLOW_SECONDS)


def refusal(found: Maintenance) -> Refusal:
    """With `retry_after`: until it is expected to end, within bounds."""
    message = _("This server is being maintained, so that nothing can be changed: %s") % found.reason
    if found.until is None or found.is_overdue:
        hint = _("Reading and scoring go on. Try again later, or ask %s.") % found.by
    else:
        text = f"{found.until:%Y-%m-%d %H:%M} UTC"
        hint = _("Reading and scoring go on. It is expected to end at %(time)s; ask %(name)s.")
        hint %= {"time": text, "name": found.by}
    refused = Refusal("maintenance", message, hint=hint, status=503)
    refused.retry_after = wait_seconds(found)
    return refused


def wait_seconds(found: Maintenance) -> int:
    if found.until is None or found.is_overdue:
        return USUAL_WAIT_SECONDS
    left = (found.until - timezone.now()).total_seconds()
    return int(min(max(left, 1), LONGEST_WAIT_SECONDS)) + 1
