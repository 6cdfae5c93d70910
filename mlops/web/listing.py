"""A list with its filter bar: what was typed, what was understood, chips, facets, order, and a page of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.formats.search import SearchFault
from mlops.tags.searching import Searchable, known
from mlops.tags.searching import facets as facet
from mlops.tags.searching.facets import facets
from mlops.tags.searching.listing import Asked, Listing, asked_of, listing

ROWS_A_PAGE = 25
MOST_COUNTED = 1_000
"""Beyond so many a page says that there are more: to count on costs more than it tells."""


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """One condition; `href` is the list without it."""

    text: str
    href: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """`is_on`: the filter has this condition, and `href` is the list without it; else with it."""

    label: str
    count: int
    href: str
    is_on: bool


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One facet."""

    title: str
    choices: tuple[Choice, ...]


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """What the template `web/search/_bar.html` shows. `marked`: the filter before, at and after its fault."""

    noun: str
    typed: str
    chips: tuple[Chip, ...] = ()
    understood: str = ""
    warnings: tuple[str, ...] = ()
    problem: Refusal | None = None
    marked: tuple[str, str, str] | None = None
    facets: tuple[Group, ...] | None = None
    facets_of: int = 0
    """They count so many of the newest alone; 0: all."""
    facets_href: str = ""
    """Opens the facets, or closes them."""
    order_by: str = ""
    orders: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    complete_url: str = ""
    clear_href: str = ""
    count: int = 0
    is_more: bool = False
    """There are more than `count`."""


class Listed(NamedTuple):
    """`newer` and `older` are addresses, empty where there is nothing more. `status` is that of the answer."""

    rows: list[Any]
    bar: Bar
    newer: str
    older: str
    is_filtered: bool
    status: int
    all: QuerySet[Any]
    """The whole list as it was filtered."""


def listed(
    request: HttpRequest,
    fields: Searchable,
    things: QuerySet[Any],
    *,
    project: str = "",
    keep: Sequence[str] = (),
    size: int = ROWS_A_PAGE,
) -> Listed:
    """`things`: all of the list that the person sees. `keep`: other parameters of the page that its forms carry on.

    A filter that cannot be understood is told on the page, above the list without it."""
    problem: Refusal | None = None
    asked = Asked(size=size)
    try:
        asked = asked_of(request.GET, size=size)
        found = listing(things, fields, asked, actor=request.user)
    except Refusal as refusal:
        problem = refusal
        found = listing(things, fields, Asked(size=size), actor=request.user)
    counted = known.newest(found.all) if request.GET.get("facets") == "1" else None
    count = counted.read if counted else _count(found)
    typed, is_open = _typed(request), counted is not None
    bar = Bar(
        noun=fields.noun,
        typed=typed,
        chips=_chips(request, found),
        understood=found.understood,
        warnings=found.warnings,
        problem=problem,
        marked=_marked(typed, problem),
        facets=_facets(request, found, counted.things, fields) if counted else None,
        facets_of=0 if counted is None or counted.is_all else known.NEWEST,
        facets_href=_address(request.GET, facets=None if is_open else "1"),
        order_by=request.GET.get("order_by", "").strip() or fields.order,
        orders=_orders(fields, request.GET.get("order_by", "").strip()),
        hidden=tuple((name, one) for name in ("facets", *keep) for one in request.GET.getlist(name) if one),
        complete_url=f"{reverse('web:search-complete')}?noun={fields.noun}&project={project}",
        clear_href=_address(request.GET, filter=None, q=None, tag=None, cursor=None),
        count=min(count, MOST_COUNTED),
        is_more=count > MOST_COUNTED,
    )
    return Listed(
        rows=found.rows,
        bar=bar,
        newer=_address(request.GET, cursor=found.previous) if found.previous else "",
        older=_address(request.GET, cursor=found.next) if found.next else "",
        is_filtered=bool(found.said) or problem is not None,
        status=problem.status if problem else 200,
        all=found.all,
    )


def _count(found: Listing) -> int:
    if not found.next and not found.previous:
        return len(found.rows)
    return found.all.order_by().values("pk")[: MOST_COUNTED + 1].count()


def _typed(request: HttpRequest) -> str:
    """`q` and `tag` of an address stand in the one box with the rest."""
    parts = [request.GET.get("filter", "").strip(), request.GET.get("q", "").strip(), *request.GET.getlist("tag")]
    return " ".join(part for part in parts if part)


def _chips(request: HttpRequest, found: Listing) -> tuple[Chip, ...]:
    if not found.said:
        return ()
    return tuple(
        Chip(
            text=one,
            href=_address(
                request.GET,
                filter=" ".join(other for at, other in enumerate(found.said) if at != place) or None,
                q=None,
                tag=None,
                cursor=None,
            ),
        )
        for place, one in enumerate(found.said)
    )


def _facets(request: HttpRequest, found: Listing, counted: QuerySet[Any], fields: Searchable) -> tuple[Group, ...]:
    return tuple(
        Group(title=one.title, choices=tuple(_choice(request, found, choice) for choice in one.choices))
        for one in facets(counted, fields)
    )


def _choice(request: HttpRequest, found: Listing, choice: facet.Choice) -> Choice:
    is_on = choice.condition in found.said
    kept = [one for one in found.said if one != choice.condition]
    text = " ".join(kept if is_on else [*found.said, choice.condition])
    href = _address(request.GET, filter=text or None, q=None, tag=None, cursor=None)
    return Choice(label=choice.label, count=choice.count, href=href, is_on=is_on)


def _marked(typed: str, problem: Refusal | None) -> tuple[str, str, str] | None:
    if not isinstance(problem, SearchFault) or problem.parameter != "filter":
        return None
    start, end = problem.span
    return typed[:start], typed[start:end] or "⌶", typed[end:]


def _orders(fields: Searchable, asked: str) -> tuple[tuple[str, str], ...]:
    names = {column.name: column for column in fields.columns if column.of is None}
    found = [("-created", _("Newest first")), ("created", _("Oldest first"))]
    for name in ("name", "state", "experiment", "duration", "versions", "last_run"):
        if name in names:
            label = str(names[name].label)
            found.append((name, _("%(name)s, upwards") % {"name": label}))
            found.append((f"-{name}", _("%(name)s, downwards") % {"name": label}))
    known = {value for value, _label in found}
    return tuple(found) if not asked or asked in known else ((asked, asked), *found)


def _address(query: QueryDict, **changes: str | None) -> str:
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return f"?{changed.urlencode()}" if changed else "?"
