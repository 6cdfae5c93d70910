"""What all logs say of one request or job, by its correlation id: one list, in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from django.utils.translation import gettext as _

from mlops.administration.logs import files, reading, steps
from mlops.administration.logs.entries import Entry
from mlops.administration.logs.reading import MOST_ENTRIES, Found, Wanted
from mlops.formats.refusal import Refusal, Where

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read(wanted: Wanted) -> Found:
    """Each entry's source says in which log it stands. Raises Refusal `id_missing`."""
    if not wanted.mark:
        message, hint = _("All logs are searched by an id."), _("Give the id that an error page or X-Request-ID tells.")
        raise Refusal("id_missing", message, hint=hint, where=Where(parameter="id"))
    found: list[Entry] = [_in(files.STEPS, one) for one in steps.read(wanted).entries]
    for file in files.files():
        found += [_in(file.name, one) for one in reading.read(files.path_of(file.name), wanted).entries]
    found.sort(key=lambda one: one.at or LONG_AGO)
    return Found(entries=found[-min(wanted.most, MOST_ENTRIES) :], before=None)


def _in(name: str, one: Entry) -> Entry:
    return msgspec.structs.replace(one, source=f"{name} {one.source}".strip())
