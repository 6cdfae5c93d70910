"""Pages of a list that begin after a row, not at a number: what is added meanwhile moves nothing, and the last page is
as quick as the first."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where
from mlops.tags.searching.ordering import Term
from mlops.tags.searching.ranking import Ranking


class Page(NamedTuple):
    """`next` and `previous` are cursors, empty where there is nothing more."""

    rows: list[Any]
    next: str
    previous: str


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    values: tuple[Any, ...]
    backwards: bool
    order: str


def page_of(
    queryset: QuerySet[Any],
    order: list[Term],
    *,
    of: QuerySet[Any],
    cursor: str,
    size: int,
    order_text: str,
    ranking: Ranking | None = None,
) -> Page:
    """Sorts nothing but the keys, and then reads the few rows of the page from `of`, the list without its filter.

    `order_text` says the order, so that a cursor is not used with another one; `ranking` finds the keys in it where it
    is given. Raises Refusal `cursor_invalid`."""
    at = _read(cursor, order, order_text) if cursor else None
    backwards = at is not None and at.backwards
    after = None if at is None else at.values
    if ranking is None:
        keys = _sorted(queryset, order, after=after, backwards=backwards, most=size + 1)
    else:
        keys = ranking.keys(queryset, after=after, backwards=backwards, most=size + 1)
    more = len(keys) > size
    keys = keys[:size]
    if backwards:
        keys.reverse()
    has_next = more if not backwards else True
    has_previous = at is not None if not backwards else more
    known = of.in_bulk([key[-1] for key in keys]) if keys else {}
    return Page(
        rows=[known[key[-1]] for key in keys if key[-1] in known],
        next=_written(keys[-1], order_text, backwards=False) if keys and has_next else "",
        previous=_written(keys[0], order_text, backwards=True) if keys and has_previous else "",
    )


def _sorted(
    queryset: QuerySet[Any], order: list[Term], *, after: tuple[Any, ...] | None, backwards: bool, most: int
) -> list[tuple[Any, ...]]:
    found = queryset.annotate(**{term.alias: term.expression for term in order})
    found = found.order_by(*(term.ordering(backwards=backwards) for term in order))
    if after is not None:
        found = found.filter(_beyond(order, list(after), backwards=backwards))
    return list(found.values_list(*(term.alias for term in order))[:most])


def _beyond(order: list[Term], values: list[Any], *, backwards: bool) -> Q:
    """What comes after the row with these values: first by one key, else equal in it and after by the next."""
    found, equal = Q(pk__in=[]), Q()
    for term, value in zip(order, values, strict=True):
        after = _after(term, value, backwards=backwards)
        if after is not None:
            found |= equal & after
        equal &= Q(**{f"{term.alias}__isnull": True}) if value is None else Q(**{term.alias: value})
    first, value = order[0], values[0]
    if first.nullable or value is None:
        return found
    bound = "lte" if first.descending != backwards else "gte"
    return found & Q(**{f"{first.alias}__{bound}": value})


def _after(term: Term, value: Any, *, backwards: bool) -> Q | None:
    if value is None:
        return Q(**{f"{term.alias}__isnull": False}) if backwards else None
    sign = "lt" if term.descending != backwards else "gt"
    after = Q(**{f"{term.alias}__{sign}": value})
    return after | Q(**{f"{term.alias}__isnull": True}) if term.nullable and not backwards else after


def _written(keys: tuple[Any, ...], order_text: str, *, backwards: bool) -> str:
    packed = msgspec.msgpack.encode(_Cursor(tuple(_kept(one) for one in keys), backwards, order_text))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _kept(value: Any) -> Any:
    if isinstance(value, UUID):
        return {"u": str(value)}
    if isinstance(value, timedelta):
        return {"d": value / timedelta(microseconds=1)}
    return {"t": value.isoformat()} if isinstance(value, datetime) else value


def _read(cursor: str, order: list[Term], order_text: str) -> _Cursor:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        found = msgspec.msgpack.decode(packed, type=_Cursor)
        values = tuple(_value(one) for one in found.values)
    except (binascii.Error, ValueError, TypeError, KeyError, OverflowError) as error:
        raise _wrong() from error
    if len(values) != len(order) or found.order != order_text:
        raise _wrong()
    return msgspec.structs.replace(found, values=values)


def _value(kept: Any) -> Any:
    if not isinstance(kept, dict):
        if not isinstance(kept, str | int | float | bool | None):
            raise TypeError(type(kept))
        return kept
    if "u" in kept:
        return UUID(kept["u"])
    return timedelta(microseconds=kept["d"]) if "d" in kept else datetime.fromisoformat(kept["t"])


def _wrong() -> Refusal:
    return Refusal(
        "cursor_invalid",
        _("This place in the list is not known, or belongs to another order."),
        hint=_("Begin anew."),
        where=Where(parameter="cursor"),
    )
