"""Search over all kinds of things at once, and what the filter bars of all lists ask for while somebody types."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from mlops.access.decisions import project_named
from mlops.formats.refusal import Refusal
from mlops.tags.searching import search
from mlops.tags.searching.proposing import proposals
from mlops.web.finding import KINDS, Kind, address, kind_named
from mlops.web.guard import signed_in

MOST_OF_A_KIND = 8
MOST_HITS = 4
SOUGHT = 20_000
"""Of each kind so many of the newest are looked at: to know that a text is in none of a million things takes longer
than anybody waits. The lists look at all of them."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    project: str
    href: str
    created_at: Any


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one kind; `has_more` beyond what is shown, `is_part` where older things were left out."""

    label: str
    icon: str
    hits: tuple[Hit, ...]
    has_more: bool
    is_part: bool
    more_href: str


@signed_in
@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """`?q=`: a filter, as the lists take it. Kinds that have no such field are left out."""
    typed = request.GET.get("q", "").strip()
    groups, problem = _found(request.user, typed, most=MOST_OF_A_KIND)
    context = {
        "typed": typed,
        "groups": [one for one in groups if one.hits],
        "parts": [one for one in groups if one.is_part and one.more_href],
        "sought": SOUGHT,
        "problem": problem,
    }
    return render(request, "web/search/everything.html", context, status=problem.status if problem else 200)


@signed_in
@require_GET
def hits(request: HttpRequest) -> HttpResponse:
    """The first few of each kind, for the box above all pages."""
    groups, _problem = _found(request.user, request.GET.get("text", "").strip(), most=MOST_HITS)
    told = [
        {"label": hit.title, "detail": f"{group.label} · {hit.project}", "href": hit.href}
        for group in groups
        for hit in group.hits
    ]
    return JsonResponse({"proposals": told})


@signed_in
@require_GET
def complete(request: HttpRequest) -> HttpResponse:
    """`?noun=&project=&text=&at=`: what may stand at this place of a filter."""
    kind = kind_named(request.GET.get("noun", ""))
    text = request.GET.get("text", "")[:2_000]
    at = request.GET.get("at", "")
    place = int(at) if at.isdecimal() and len(at) < 6 else len(text)
    found = proposals(_things(request, kind), kind.fields, text, min(place, len(text)))
    return JsonResponse(msgspec.to_builtins(found))


def _things(request: HttpRequest, kind: Kind) -> Any:
    things = kind.seen(request.user)
    slug = request.GET.get("project", "")
    return things.filter(**{kind.project: project_named(request.user, slug)}) if slug else things


def _found(person: Any, typed: str, *, most: int) -> tuple[list[Group], Refusal | None]:
    """The kinds of which something was found or left out; the problem only where none understands what was typed."""
    groups: list[Group] = []
    problems: list[Refusal] = []
    if not typed:
        return [], None
    for kind in KINDS:
        try:
            things, is_part = _newest(kind.sought_in(person, typed))
            found = search(things, typed, kind.fields, actor=person)
        except Refusal as refusal:
            problems.append(refusal)
            continue
        rows = list(found.queryset.select_related(kind.project).order_by("-created_at", "pk")[: most + 1])
        if rows or is_part:
            groups.append(_group(kind, rows, typed, most, is_part=is_part))
    return groups, problems[0] if len(problems) == len(KINDS) else None


def _newest(things: QuerySet[Any]) -> tuple[QuerySet[Any], bool]:
    """The things that are looked at, and whether there are others."""
    last = list(things.order_by("-created_at").values_list("created_at", flat=True)[SOUGHT - 1 : SOUGHT + 1])
    return (things.filter(created_at__gte=last[0]), True) if len(last) > 1 else (things, False)


def _group(kind: Kind, rows: list[Any], typed: str, most: int, *, is_part: bool) -> Group:
    place = address(kind.list_url)
    return Group(
        label=str(kind.fields.label),
        icon=kind.icon,
        hits=tuple(
            Hit(
                title=kind.title(one),
                project=kind.project_of(one).title,
                href=kind.page(one),
                created_at=one.created_at,
            )
            for one in rows[:most]
        ),
        has_more=len(rows) > most and bool(place),
        is_part=is_part,
        more_href=f"{place}?{urlencode({'filter': typed})}",
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", everything, name="search"),
    path("search/hits/", hits, name="search-hits"),
    path("search/complete/", complete, name="search-complete"),
]
