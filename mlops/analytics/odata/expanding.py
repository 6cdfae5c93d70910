"""`$expand`: rows that belong to the rows of a page, fetched at once."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from mlops.analytics.odata.options import Options, chosen
from mlops.analytics.odata.records import Page
from mlops.analytics.tables.links import Link, links_of
from mlops.analytics.tables.records import BY_NAME
from mlops.formats.refusal import Refusal, Where, nearest

MOST_ROWS = 50_000
_ONE = re.compile(r"\s*(\w+)\s*(?:\(\s*\$select\s*=\s*([\w\s,*]+)\))?\s*(?:,|$)")


def wanted(text: str, table: str) -> list[tuple[Link, Options]]:
    """Raises Refusal where it is unreadable or leads nowhere."""
    found, place, links = [], 0, links_of(table)
    while place < len(text):
        match = _ONE.match(text, place)
        if match is None or match.end() == place:
            hint = _("Such as $expand=Metrics or $expand=Metrics($select=key,value).")
            raise Refusal(
                "expand_invalid", _("$expand is not understood."), hint=hint, where=Where(parameter="$expand")
            )
        if match[1] not in links:
            hint = nearest(match[1], links) or _("There are: %(known)s.") % {"known": ", ".join(links) or _("none")}
            message = _("“%(table)s” leads to no “%(match)s”.") % {"table": table, "match": match[1][:60]}
            raise Refusal("expand_unknown", message, hint=hint, where=Where(parameter="$expand"))
        names = tuple(one.strip() for one in (match[2] or "").split(",") if one.strip())
        found.append((links[match[1]], Options(select=names)))
        place = match.end()
    return found


def expand(page: Page, ids: list[Any], person: Any, links: list[tuple[Link, Options]]) -> None:
    """Puts them into the page's rows, whose ids are given in the same order."""
    for link, options in links:
        records = BY_NAME[link.to]
        columns = chosen(options, records.table)
        names = [link.by, *columns]
        paths = [records.table.column(name).path for name in names]
        by = records.table.column(link.by).path
        order = [records.table.column(name).path for name in records.table.order]
        rows = records.rows(person).filter(**{f"{by}__in": ids}).order_by(*order).values_list(*paths)
        found: dict[Any, list[dict[str, Any]]] = {one: [] for one in ids}
        for count, (owner, *values) in enumerate(rows[: MOST_ROWS + 1]):
            if count == MOST_ROWS:
                hint = _("Ask for smaller pages (Prefer: odata.maxpagesize=100), or read the table by itself.")
                raise Refusal(
                    "expand_too_large", _("“%(name)s” has too many rows.") % {"name": link.name}, hint=hint, status=422
                )
            found[owner].append(dict(zip(columns, values, strict=True)))
        for row, one in zip(page.rows, ids, strict=True):
            row[link.name] = found[one]
