"""Search over all kinds of things at once, and what the filter bars of all lists ask for while somebody types."""

from __future__ import annotations

from typing import Any

import msgspec
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


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    project: str
    href: str
    created_at: Any


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one kind; `has_more` beyond what is shown."""

    label: str
    icon: str
    hits: tuple[Hit, ...]
    has_more: bool
    more_href: str


@signed_in
@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """`?q=`: a filter, as the lists take it. Kinds that have no such field are left out."""
    typed = request.GET.get("q", "").strip()
    groups, problem = _found(request.user, typed, most=MOST_OF_A_KIND)
    context = {"typed": typed, "groups": groups, "problem": problem}
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
    """The problem only where no kind understands what was typed."""
    groups: list[Group] = []
    problems: list[Refusal] = []
    if not typed:
        return [], None
    for kind in KINDS:
        try:
            found = search(kind.sought_in(person, typed), typed, kind.fields, actor=person)
        except Refusal as refusal:
            problems.append(refusal)
            continue
        rows = list(found.queryset.select_related(kind.project).order_by("-created_at", "pk")[: most + 1])
        if rows:
            groups.append(_group(kind, rows, typed, most))
    return groups, problems[0] if len(problems) == len(KINDS) else None


def _group(kind: Kind, rows: list[Any], typed: str, most: int) -> Group:
    place = address(kind.list_url)
    return Group(
        label=str(kind.fields.label),
        icon=kind.icon,
        hits=tuple(
            Hit(
                title=kind.title(one), project=kind.project_of(one).name, href=kind.page(one), created_at=one.created_at
            )
            for one in rows[:most]
        ),
        has_more=len(rows) > most and bool(place),
        more_href=f"{place}?{urlencode({'filter': typed})}",
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", everything, name="search"),
    path("search/hits/", hits, name="search-hits"),
    path("search/complete/", complete, name="search-complete"),
]
