"""Whether the server is being maintained. A file of the data directory says so, to every process at once and without a
query; `mlops.administration.maintenance` writes it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

FILE_NAME = "maintenance.json"
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
        return msgspec.json.decode(place().read_bytes(), type=Maintenance)
    except (OSError, msgspec.DecodeError):
        return None


def place() -> Path:
    return Path(settings.DATA_DIR) / FILE_NAME


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
