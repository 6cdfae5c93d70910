"""All tables that a person may see."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.analytics.tables.collected import Collected, named, tables_of
from mlops.analytics.tables.records import BY_NAME, RECORDS, Records
from mlops.formats.refusal import Refusal, Where, nearest

Source = Records | Collected


def sources(person: Any, *, project: str = "") -> list[Source]:
    """The studio's own first. Rows are looked at by nobody yet."""
    return [*RECORDS, *tables_of(named(person, project=project))]


def source(person: Any, name: str) -> Source:
    """By its name in OData. Raises Refusal `table_unknown` with the nearest."""
    if name in BY_NAME:
        return BY_NAME[name]
    known = named(person)
    if name in known:
        return next(tables_of({name: known[name]}))
    raise Refusal(
        "table_unknown",
        _("There is no table “%(name)s”, or you may not see it.") % {"name": name[:120]},
        hint=nearest(name, [*BY_NAME, *known]),
        status=404,
        where=Where(value=name[:120]),
    )
