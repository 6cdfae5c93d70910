"""One list as a face shows it: filtered, ordered, one page of it, and what was understood. REST and pages ask alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where
from mlops.formats.search import Query
from mlops.formats.search.ordering import Order, parse_order
from mlops.tags.searching.found import Found, search
from mlops.tags.searching.keyset import page_of
from mlops.tags.searching.ordering import terms
from mlops.tags.searching.ranking import ranking
from mlops.tags.searching.searchable import Searchable
from mlops.tags.searching.wording import noticed

MOST_ROWS = 500


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`tags` are taken verbatim, as `TagName=TagValue`; `words` are looked for in names and descriptions."""

    filter: str = ""
    tags: tuple[str, ...] = ()
    words: str = ""
    order_by: str = ""
    cursor: str = ""
    size: int = 50


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """`all` is the whole list as it was filtered; `understood` a sentence, `said` what each tag was read as."""

    rows: list[Any]
    all: QuerySet[Any]
    next: str
    previous: str
    query: Query
    order: tuple[Order, ...]
    understood: str
    said: tuple[str, ...]
    warnings: tuple[str, ...]


def asked_of(params: Any, *, size: int = 50) -> Asked:
    """From the query of an address. Raises Refusal `limit_invalid`."""
    return Asked(
        filter=params.get("filter", "").strip(),
        tags=tuple(tag for tag in params.getlist("tag") if tag.strip()),
        words=params.get("q", "").strip(),
        order_by=params.get("order_by", "").strip(),
        cursor=params.get("cursor", ""),
        size=_size(params, size),
    )


def listing(queryset: QuerySet[Any], fields: Searchable, asked: Asked, *, actor: Any) -> Listing:
    """Raises SearchFault and Refusal `cursor_invalid`."""
    found: Found[Any] = search(queryset, asked.filter, fields, actor=actor, tags=asked.tags, words=asked.words)
    order = parse_order(asked.order_by or fields.order, fields.vocabulary())
    order_text = ",".join(str(one) for one in order)
    page = page_of(
        found.queryset,
        terms(order, fields, timezone.localtime()),
        of=queryset,
        cursor=asked.cursor,
        size=asked.size,
        order_text=order_text,
        ranking=ranking(found.queryset, order, fields),
    )
    return Listing(
        rows=page.rows,
        all=found.queryset,
        next=page.next,
        previous=page.previous,
        query=found.query,
        order=order,
        understood=found.understood,
        said=found.said,
        warnings=tuple(noticed(note) for note in found.warnings),
    )


def _size(params: Mapping[str, str], usual: int) -> int:
    given = params.get("limit", "")
    if not given:
        return usual
    if not given.isdecimal() or not int(given[:9]) >= 1:
        message, place = (
            _("“%(given)s” is no number of rows.") % {"given": given[:20]},
            Where(parameter="limit", value=given[:100]),
        )
        raise Refusal(
            "limit_invalid", message, hint=_("From 1 to %(most_rows)s.") % {"most_rows": MOST_ROWS}, where=place
        )
    return min(int(given[:9]), MOST_ROWS)
